#include "support/tls_files.hpp"

#include <cstdio>
#include <memory>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace hawkcache::testing_support {
namespace {

template <auto function>
struct Call {
  template <class T>
  void operator()(T* object) const {
    function(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Call<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Call<X509_free>>;
using File = std::unique_ptr<std::FILE, Call<std::fclose>>;

void require(bool made) {
  if (!made) throw std::runtime_error("cannot make a certificate");
}

Key make_key() {
  Key key(EVP_EC_gen("P-256"));
  require(key != nullptr);
  return key;
}

void add_extension(X509& certificate, int kind, const std::string& value) {
  const std::unique_ptr<X509_EXTENSION, Call<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str()));
  require(extension != nullptr && X509_add_ext(&certificate, extension.get(), -1) == 1);
}

void name(X509_NAME* holder, const std::string& text) {
  require(X509_NAME_add_entry_by_txt(holder,
                                     "CN",
                                     MBSTRING_UTF8,
                                     reinterpret_cast<const unsigned char*>(text.c_str()),
                                     -1,
                                     -1,
                                     0) == 1);
}

struct Subject {
  std::string common_name;
  int extension = 0;
  std::string extension_value;
};

// Without an issuer it signs itself.
Certificate make_certificate(const Subject& subject,
                             EVP_PKEY& key,
                             X509* issuer,
                             EVP_PKEY& issuer_key) {
  static long serial = 0;
  Certificate certificate(X509_new());
  require(certificate != nullptr);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 24 * 3600);
  X509_set_pubkey(certificate.get(), &key);
  name(X509_get_subject_name(certificate.get()), subject.common_name);
  const X509* signed_by = issuer != nullptr ? issuer : certificate.get();
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(signed_by));
  add_extension(*certificate, subject.extension, subject.extension_value);
  require(X509_sign(certificate.get(), &issuer_key, EVP_sha256()) > 0);
  return certificate;
}

File create(const std::string& path) {
  File file(std::fopen(path.c_str(), "w"));
  require(file != nullptr);
  return file;
}

void write(const std::string& path, X509& certificate) {
  const File file = create(path);
  require(PEM_write_X509(file.get(), &certificate) == 1);
}

void write(const std::string& path, EVP_PKEY& key) {
  const File file = create(path);
  require(PEM_write_PrivateKey(file.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
}

}  // namespace

TlsFiles::TlsFiles() {
  const Subject ca{"hawkcache test authority", NID_basic_constraints, "critical,CA:TRUE"};
  const Key ca_key = make_key();
  const Certificate authority = make_certificate(ca, *ca_key, nullptr, *ca_key);
  write(this->authority(), *authority);

  const Key other_key = make_key();
  write(other_authority(), *make_certificate(ca, *other_key, nullptr, *other_key));

  const Key server_key = make_key();
  const Subject server{"localhost", NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1"};
  write(certificate(), *make_certificate(server, *server_key, authority.get(), *ca_key));
  write(key(), *server_key);

  const Key misnamed = make_key();
  const Subject elsewhere{"elsewhere.example", NID_subject_alt_name, "DNS:elsewhere.example"};
  write(misnamed_certificate(), *make_certificate(elsewhere, *misnamed, authority.get(), *ca_key));
  write(misnamed_key(), *misnamed);
}

}  // namespace hawkcache::testing_support
