#include "store/store.hpp"

namespace hawkcache::store {

Awaitable<LeaseState> Store::try_lease(LeaseRequest /*request*/, Patience& /*patience*/) {
  co_return LeaseState::unavailable;
}

void Store::release_lease(caching::KeyView /*key*/,
                          std::uint64_t /*sequence*/,
                          LeaseEnd /*end*/) noexcept {}

}  // namespace hawkcache::store
