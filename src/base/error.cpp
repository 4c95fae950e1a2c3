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
#define X(enumerator, text) \
  case Errc::enumerator:    \
    return text;
      HAWKCACHE_ERRORS(X, X)
#undef X
      case Errc::none:
        break;
    }
    return "unknown error";
  }
};

}  // namespace

const boost::system::error_category& hawkcache_category() noexcept {
  static const Category category;
  return category;
}

bool is_malformed_response(const boost::system::error_code& error) noexcept {
  if (error.category() != hawkcache_category()) return false;
  switch (static_cast<Errc>(error.value())) {
#define X(enumerator, text)
#define M(enumerator, text) case Errc::enumerator:
    HAWKCACHE_ERRORS(X, M)
#undef M
#undef X
    return true;
    default:
      return false;
  }
}

}  // namespace hawkcache
