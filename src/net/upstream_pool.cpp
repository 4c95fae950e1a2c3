#include "net/upstream_pool.hpp"

#include "net/upstream_exchange.hpp"
#include "net/worker.hpp"

#include <utility>

#include <boost/asio/post.hpp>

namespace hawkcache::net {
namespace {

class UpstreamPool final : public Upstream {
 public:
  UpstreamPool(Worker& worker, UpstreamSettings settings, std::shared_ptr<ServerFailures> failures)
      : executor_(worker.executor()),
        state_(std::make_shared<UpstreamPoolState>(
            worker, std::move(settings), std::move(failures))) {}
  // Exchanges under way go on, but their connections are not kept for anybody. The state belongs to
  // the worker's thread, so it is that which takes it apart; where the worker has ended already,
  // its io_context does.
  ~UpstreamPool() override {
    asio::post(executor_, [state = std::move(state_)] { state->kept.retire(); });
  }
  UpstreamPool(const UpstreamPool&) = delete;
  UpstreamPool& operator=(const UpstreamPool&) = delete;

  std::unique_ptr<UpstreamExchange> make_exchange() override {
    return std::make_unique<PooledExchange>(state_);
  }

 private:
  Executor executor_;
  std::shared_ptr<UpstreamPoolState> state_;
};

}  // namespace

std::shared_ptr<ServerFailures> make_server_failures(const UpstreamSettings& settings) {
  return std::make_shared<ServerFailures>(settings.servers.size(), settings.fail_timeout);
}

std::shared_ptr<Upstream> make_upstream_pool(Worker& worker,
                                             UpstreamSettings settings,
                                             std::shared_ptr<ServerFailures> failures) {
  return std::make_shared<UpstreamPool>(worker, std::move(settings), std::move(failures));
}

}  // namespace hawkcache::net
