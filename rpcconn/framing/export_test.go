package framing

// Binary are the framings of the codecs, which import this package: the tests of the channel go over them too.
var Binary []Framing

const MaxHeader = maxHeader
