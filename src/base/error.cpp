#include "base/error.hpp"

#include <string>

namespace hawkcache {
namespace {

// error_category's destructor is protected by design; nothing is destroyed through it.
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "hawkcache"; }

  std::string message(int value) const override {
    switch (static_cast<Errc>(value)) {
      case Errc::client_gone:
        return "client gone";
      case Errc::client_timeout:
        return "client too slow";
      case Errc::body_malformed:
        return "malformed body";
      case Errc::body_truncated:
        return "truncated body";
      case Errc::body_too_large:
        return "body too large";
      case Errc::upstream_refused:
        return "no connection to the upstream";
      case Errc::upstream_connect_timeout:
        return "connecting to the upstream timed out";
      case Errc::upstream_timeout:
        return "the upstream did not answer in time";
      case Errc::upstream_malformed:
        return "malformed response from the upstream";
      case Errc::upstream_closed:
        return "the upstream closed in mid-response";
      case Errc::upstream_reset_unused:
        return "a kept upstream connection was already closed";
      case Errc::shutting_down:
        return "shutting down";
      case Errc::store_unavailable:
        return "the store is unavailable";
      case Errc::store_timeout:
        return "the store did not answer in time";
      case Errc::store_overloaded:
        return "too much waits for the store";
      case Errc::store_protocol:
        return "the store's answer makes no sense";
    }
    return "unknown error";
  }
};

}  // namespace

const boost::system::error_category& hawkcache_category() noexcept {
  static const Category category;
  return category;
}

}  // namespace hawkcache
