#include "store/store.hpp"

namespace hawkcache::store {

Awaitable<LeaseState> Store::try_lease(caching::KeyView /*key*/) {
  co_return LeaseState::unavailable;
}

void Store::release_lease(caching::KeyView /*key*/, LeaseEnd /*end*/) noexcept {}

}  // namespace hawkcache::store
