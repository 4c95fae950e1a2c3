#include "redis/cluster_client.hpp"

namespace hawkcache::redis {
namespace {

// Has no connection to anything yet.
class ClusterMasters final : public MasterSource {
 public:
  net::Awaitable<Result<Masters>> masters(Duration) override { co_return Errc::store_unavailable; }
  net::Awaitable<ErrorCode> confirm(Duration) override { co_return Errc::store_unavailable; }
};

}  // namespace

std::unique_ptr<MasterSource> make_cluster_masters(std::shared_ptr<Environment>) {
  return std::make_unique<ClusterMasters>();
}

}  // namespace hawkcache::redis
