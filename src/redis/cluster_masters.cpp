// The masters of a cluster, for a watch.
#include "redis/cluster_client.hpp"
#include "redis/cluster_topology.hpp"
#include "redis/slot_map.hpp"

#include <chrono>
#include <utility>

#include <boost/asio/post.hpp>

namespace hawkcache::redis {
namespace {

class ClusterMasters final : public MasterSource {
 public:
  explicit ClusterMasters(std::shared_ptr<Environment> environment)
      : executor_(environment->worker.executor()),
        topology_(std::make_shared<ClusterTopology>(std::move(environment))) {}
  // On the worker's thread, as the cluster's client does it.
  ~ClusterMasters() override {
    net::asio::post(executor_, [topology = std::move(topology_)] { topology->close(); });
  }
  ClusterMasters(const ClusterMasters&) = delete;
  ClusterMasters& operator=(const ClusterMasters&) = delete;

  net::Awaitable<Result<Masters>> masters(Duration timeout) override {
    const SteadyTime deadline = steady_now() + timeout;
    topology_->forget();
    topology_->refresh();
    co_await topology_->wait(deadline);
    if (!topology_->known()) {
      co_return steady_now() < deadline ? Errc::store_unavailable : Errc::store_timeout;
    }
    map_ = topology_->map();
    Masters masters;
    for (const Endpoint& endpoint : map_.masters()) masters.push_back(locator_of(endpoint));
    co_return masters;
  }

  // Every master is asked: one that was cut off and replaced has not heard of it, but the others
  // have.
  net::Awaitable<ErrorCode> confirm(Duration timeout) override {
    const std::vector<Question> questions = ask_all(steady_now() + timeout);
    ErrorCode result;
    for (const Question& question : questions) {
      if (!question.batch->done()) co_await question.batch->completion();
      const ErrorCode error = compare(question);
      if (!result) result = error;
    }
    co_return result;
  }

 private:
  struct Question {
    std::shared_ptr<ClusterNode> node;
    BatchPtr batch;
  };

  std::vector<Question> ask_all(SteadyTime deadline) {
    std::vector<Question> questions;
    for (const Endpoint& endpoint : map_.masters()) {
      auto node = topology_->node(endpoint);
      if (node == nullptr) continue;  // only when closed
      BatchPtr batch = topology_->ask_for_map(*node, deadline);
      questions.push_back({std::move(node), std::move(batch)});
    }
    return questions;
  }

  ErrorCode compare(const Question& question) const {
    const Result<SlotMap> map = read_map(question.batch->take_replies(), *question.node);
    if (map.has_error()) return map.error();
    return map->same_masters(map_) ? ErrorCode() : Errc::store_unavailable;
  }

  net::Executor executor_;
  std::shared_ptr<ClusterTopology> topology_;
  SlotMap map_;  // as of masters()
};

}  // namespace

std::unique_ptr<MasterSource> make_cluster_masters(std::shared_ptr<Environment> environment) {
  return std::make_unique<ClusterMasters>(std::move(environment));
}

}  // namespace hawkcache::redis
