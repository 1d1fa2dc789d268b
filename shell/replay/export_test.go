package replay

// MaxExpected is the bound of what is expected of a connection.
const MaxExpected = maxExpected
