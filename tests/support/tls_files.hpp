// A certificate authority and what it signed for a server at 127.0.0.1 and localhost, made anew for
// the test, in a directory of its own.
#pragma once

#include "support/temporary_directory.hpp"

#include <string>

namespace hawkcache::testing_support {

class TlsFiles {
 public:
  TlsFiles();  // throws std::runtime_error

  std::string authority() const { return directory_.file("ca.pem"); }
  std::string certificate() const { return directory_.file("server.pem"); }
  std::string key() const { return directory_.file("server.key"); }
  // One that signed nothing: a client that trusts only it must refuse the server.
  std::string other_authority() const { return directory_.file("other-ca.pem"); }
  // The same server, signed by the first authority, under a name that nobody asks for.
  std::string misnamed_certificate() const { return directory_.file("misnamed.pem"); }
  std::string misnamed_key() const { return directory_.file("misnamed.key"); }

 private:
  TemporaryDirectory directory_;
};

}  // namespace hawkcache::testing_support
