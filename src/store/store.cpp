#include "store/store.hpp"

namespace hawkcache::store {

Awaitable<LeaseState> Store::try_lease(LeaseRequest /*request*/, Patience& /*patience*/) {
  co_return LeaseState::unavailable;
}

bool Store::stands_for(const StoredResponse& response,
                       std::string_view authority,
                       std::string_view path_and_query) noexcept {
  const FenceSubject url{
      .epoch = response.epoch(), .authority = authority, .path_and_query = path_and_query};
  return fence().check_url(url).trust == Trust::trusted;
}

void Store::release_lease(caching::KeyView /*key*/,
                          std::uint64_t /*sequence*/,
                          LeaseEnd /*end*/) noexcept {}

}  // namespace hawkcache::store
