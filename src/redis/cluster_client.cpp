#include "redis/cluster_client.hpp"

#include "redis/cluster_call.hpp"
#include "redis/cluster_topology.hpp"

#include <utility>

#include <boost/asio/post.hpp>

namespace hawkcache::redis {
namespace {

Settings with_first_database(Settings settings) {
  settings.database = 0;  // the only one that a cluster has
  return settings;
}

class ClusterClient final : public Client {
 public:
  ClusterClient(net::Worker& worker, const Settings& settings, ClientFigures& figures)
      : executor_(worker.executor()),
        topology_(std::make_shared<ClusterTopology>(
            std::make_shared<Environment>(worker, with_first_database(settings), figures))) {}
  // The topology belongs to the worker's thread, so it is that which takes it apart; where the
  // worker has ended already, its io_context does.
  ~ClusterClient() override {
    net::asio::post(executor_, [topology = std::move(topology_)] { topology->close(); });
  }
  ClusterClient(const ClusterClient&) = delete;
  ClusterClient& operator=(const ClusterClient&) = delete;

  net::Awaitable<std::vector<Reply>> call(Lane lane,
                                          std::vector<Command> commands,
                                          Duration timeout) override {
    ClusterCall call(topology_, lane, std::move(commands), timeout);
    std::vector<Reply> replies = co_await call.run();
    co_return replies;
  }

  std::size_t masters() const noexcept override { return topology_->map().masters().size(); }

  void reconnect() noexcept override { topology_->reconnect(); }

 private:
  net::Executor executor_;
  std::shared_ptr<ClusterTopology> topology_;
};

}  // namespace

std::unique_ptr<Client> make_cluster_client(net::Worker& worker,
                                            const Settings& settings,
                                            ClientFigures& figures) {
  return std::make_unique<ClusterClient>(worker, settings, figures);
}

}  // namespace hawkcache::redis
