"""An authority of its own and a certificate by it for localhost: writes authority.pem, localhost.pem and localhost.key into the folder that is named."""

import datetime
import pathlib
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def named(common_name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def pem(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def certificate(subject, issuer, key, signing_key, *extensions):
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
    return builder.sign(signing_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def main(folder):
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = named("an authority of a test")
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    leaf = x509.BasicConstraints(ca=False, path_length=None)
    root = x509.BasicConstraints(ca=True, path_length=0)
    (folder / "authority.pem").write_bytes(certificate(authority, authority, authority_key, authority_key, root))
    (folder / "localhost.pem").write_bytes(certificate(named("localhost"), authority, key, authority_key, leaf, names))
    (folder / "localhost.key").write_bytes(pem(key))


main(pathlib.Path(sys.argv[1]))
