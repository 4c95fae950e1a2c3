#include "redis/cluster_topology.hpp"

#include "net/spawn.hpp"
#include "redis/batch.hpp"
#include "redis/command.hpp"
#include "redis/greeting.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace hawkcache::redis {
namespace {

// More than any cluster has (1000 nodes are the advised limit): what names more is no cluster.
constexpr std::size_t kMaxNodes = 2000;

}  // namespace

std::shared_ptr<Locator> locator_of(const Endpoint& endpoint) {
  return make_fixed_locator(Target{Target::Transport::tcp, endpoint, {}});
}

Result<SlotMap> read_map(const std::vector<Reply>& replies, const ClusterNode& from) {
  const Reply& info = replies.front();
  if (info.is(Reply::Type::none)) return info.failure;
  if (info_field(info.text, "cluster_state") != "ok") return Errc::store_unavailable;
  return SlotMap::from_reply(replies.back(), from.endpoint);
}

ClusterNode::ClusterNode(const std::shared_ptr<Environment>& environment, const Endpoint& at)
    : endpoint(at),
      lookups(environment, locator_of(at), Session::Greeting::master),
      writes(environment, locator_of(at), Session::Greeting::master),
      questions(environment, locator_of(at), Session::Greeting::server) {}

// Enters a timer among those that the end of a refresh cancels, for as long as it lives.
class ClusterTopology::Waiting {
 public:
  Waiting(ClusterTopology& topology, net::Timer& timer) : topology_(topology), timer_(timer) {
    topology_.waiting_.push_back(&timer_);
  }
  ~Waiting() { std::erase(topology_.waiting_, &timer_); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  ClusterTopology& topology_;
  net::Timer& timer_;
};

ClusterTopology::ClusterTopology(std::shared_ptr<Environment> environment)
    : environment_(std::move(environment)),
      next_master_(environment_->worker.index()),
      last_refresh_(steady_now() - kRefreshInterval),
      turn_(environment_->worker.executor()) {}

std::shared_ptr<ClusterNode> ClusterTopology::node(const Endpoint& endpoint) {
  const auto found = nodes_.find(endpoint);
  if (found != nodes_.end()) return found->second;
  if (closed_ || nodes_.size() >= kMaxNodes) return nullptr;
  auto made = std::make_shared<ClusterNode>(environment_, endpoint);
  nodes_.emplace(endpoint, made);
  return made;
}

std::size_t ClusterTopology::any_master() noexcept {
  const std::size_t count = map_.masters().size();
  return count == 0 ? 0 : next_master_++ % count;
}

bool ClusterTopology::may_ask() const noexcept {
  return !closed_ && steady_now() >= last_refresh_ + kRefreshInterval;
}

void ClusterTopology::refresh() noexcept {
  if (wanted_ || closed_) return;
  wanted_ = true;
  turn_.cancel();
  if (std::exchange(asks_, true)) return;
  net::spawn_loop(environment_->worker.executor(),
                  [self = shared_from_this()] { return keep_asking(self); });
}

net::Awaitable<void> ClusterTopology::keep_asking(Self self) {
  while (!self->closed_) {
    const SteadyTime turn = self->last_refresh_ + (self->wanted_ ? kRefreshInterval : kRoutine);
    if (steady_now() < turn) {
      self->turn_.expires_at(turn);
      co_await self->turn_.async_wait(net::use_op);
      continue;  // it may have been moved
    }
    self->wanted_ = true;
    self->last_refresh_ = steady_now();
    co_await ask_around(self);
    self->end_refresh();
  }
}

net::Awaitable<void> ClusterTopology::ask_around(Self self) {
  const std::vector<Endpoint> asked = self->candidates();
  ++self->refreshes_;
  for (const Endpoint& endpoint : asked) {
    const std::shared_ptr<ClusterNode> node = self->node(endpoint);
    if (node == nullptr) continue;
    Result<SlotMap> map = co_await ask(self, node);
    if (self->closed_) co_return;
    if (map) {
      self->adopt(std::move(*map));
      co_return;
    }
  }
}

BatchPtr ClusterTopology::ask_for_map(ClusterNode& node, SteadyTime deadline) {
  std::vector<Command> commands;
  commands.push_back(Command({}, {"CLUSTER", "INFO"}));
  commands.push_back(Command({}, {"CLUSTER", "SLOTS"}));
  auto batch =
      std::make_shared<Batch>(environment_->worker.executor(), std::move(commands), deadline);
  node.questions.send(batch);
  return batch;
}

net::Awaitable<Result<SlotMap>> ClusterTopology::ask(Self self, std::shared_ptr<ClusterNode> node) {
  const BatchPtr batch =
      self->ask_for_map(*node, steady_now() + self->environment_->settings.timeout);
  if (!batch->done()) co_await batch->completion();
  co_return read_map(batch->take_replies(), *node);
}

std::vector<Endpoint> ClusterTopology::candidates() const {
  std::vector<Endpoint> result = map_.masters();
  if (!result.empty()) {
    const auto first = static_cast<std::ptrdiff_t>(refreshes_ % result.size());
    std::rotate(result.begin(), result.begin() + first, result.end());
  }
  result.insert(result.end(), map_.replicas().begin(), map_.replicas().end());
  for (const Endpoint& seed : environment_->settings.nodes) {
    if (std::find(result.begin(), result.end(), seed) == result.end()) result.push_back(seed);
  }
  return result;
}

// Of the nodes only the masters are kept: one that becomes a master again later has another
// identity then, which its connections do not know. Calls under way hold on to what they use.
void ClusterTopology::adopt(SlotMap map) {
  map_ = std::move(map);
  known_ = true;
  const std::vector<Endpoint>& masters = map_.masters();
  std::erase_if(nodes_, [&masters](const auto& entry) {
    return !std::binary_search(masters.begin(), masters.end(), entry.first);
  });
}

void ClusterTopology::end_refresh() noexcept {
  wanted_ = false;
  for (net::Timer* timer : waiting_) timer->cancel();
}

net::Awaitable<void> ClusterTopology::wait(SteadyTime until) {
  const Self self = shared_from_this();
  net::Timer timer(environment_->worker.executor(), until);
  const Waiting waiting(*self, timer);
  co_await timer.async_wait(net::use_op);
}

void ClusterTopology::forget() noexcept {
  known_ = false;
  last_refresh_ = steady_now() - kRefreshInterval;
  turn_.cancel();
}

void ClusterTopology::reconnect() noexcept {
  forget();
  for (const auto& [endpoint, node] : nodes_) {
    node->lookups.reconnect();
    node->writes.reconnect();
    node->questions.reconnect();
  }
}

void ClusterTopology::close() noexcept {
  closed_ = true;
  turn_.cancel();
  nodes_.clear();
}

}  // namespace hawkcache::redis
