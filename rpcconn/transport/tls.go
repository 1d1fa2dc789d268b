package transport

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"strings"

	"rpcsh/rpcconn/plain"
)

// TLSOptions are the files and names for TLS. With the zero value, a peer's certificate must be for the host that was
// dialled, and signed by a CA that this machine trusts.
type TLSOptions struct {
	CA         string // PEM file of the CAs that may sign the peer's certificate; "": those that this machine trusts
	Cert       string // PEM file of our own certificate and the intermediate ones; "": none
	Key        string // PEM file of its key; "": the key is in Cert too
	ServerName string // the name that the peer's certificate must have; "": the host that is dialled
	Insecure   bool   // accepts any certificate, so that anybody in between can read and change everything
}

// Client returns the configuration to dial host with. The error says which file cannot be used, and why.
func (o TLSOptions) Client(host string) (*tls.Config, error) {
	cfg := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		ServerName:         cmp.Or(o.ServerName, host),
		InsecureSkipVerify: o.Insecure,
	}
	var err error
	if o.CA != "" {
		if cfg.RootCAs, err = readCAs(o.CA); err != nil {
			return nil, err
		}
	}
	cert, err := o.certificate()
	if err != nil {
		return nil, err
	}
	if cert != nil {
		// With Certificates, no certificate is sent if the peer names other CAs, and the error does not say that ours
		// is wrong.
		cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return cert, nil }
	}
	return cfg, nil
}

// Server returns the configuration to listen with, for which there must be a Cert. With a CA, clients must show a
// certificate that it signed. The error says what is missing, or which file cannot be used, and why.
func (o TLSOptions) Server() (*tls.Config, error) {
	cert, err := o.certificate()
	switch {
	case err != nil:
		return nil, err
	case cert == nil:
		return nil, &TLSError{Reason: CertificateMissing}
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{*cert}}
	if o.CA != "" {
		if cfg.ClientCAs, err = readCAs(o.CA); err != nil {
			return nil, err
		}
		cfg.ClientAuth = tls.RequireAndVerifyClientCert
	}
	return cfg, nil
}

// certificate reads Cert and Key; nil: there is none.
func (o TLSOptions) certificate() (*tls.Certificate, error) {
	switch {
	case o.Cert == "" && o.Key == "":
		return nil, nil
	case o.Cert == "":
		return nil, &TLSError{Reason: KeyAlone}
	}
	cert, err := tls.LoadX509KeyPair(o.Cert, cmp.Or(o.Key, o.Cert))
	if err != nil {
		return nil, &CertificateFileError{Cert: o.Cert, Key: cmp.Or(o.Key, o.Cert), Err: keyPairError(err)}
	}
	return &cert, nil
}

// keyPairError says what is wrong with the files of a certificate and its key.
func keyPairError(err error) error {
	text := strings.TrimPrefix(err.Error(), "tls: ")
	for said, better := range map[string]string{
		"failed to find any PEM data in certificate input": "there is no certificate in PEM form",
		"failed to find any PEM data in key input":         "there is no key in PEM form",
	} {
		if text == said {
			text = better
		}
	}
	if text == err.Error() {
		return err
	}
	return plain.Reworded(err, text)
}

func readCAs(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, &CertificateFileError{CA: file, Err: err}
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, &CertificateFileError{CA: file, Err: errors.New("there is no certificate in PEM form in that file")}
	}
	return pool, nil
}
