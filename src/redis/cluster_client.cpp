#include "redis/cluster_client.hpp"

namespace hawkcache::redis {
namespace {

// Has no connection to anything yet.
class ClusterClient final : public Client {
 public:
  net::Awaitable<std::vector<Reply>> call(Lane, std::vector<Command> commands, Duration) override {
    co_return std::vector<Reply>(commands.size(), Reply::failed(Errc::store_unavailable));
  }
  std::size_t masters() const noexcept override { return 1; }
  void reconnect() noexcept override {}
};

}  // namespace

std::unique_ptr<Client> make_cluster_client(net::Worker&, const Settings&, ClientFigures&) {
  return std::make_unique<ClusterClient>();
}

}  // namespace hawkcache::redis
