#include "redis/cluster_call.hpp"

#include "redis/outcome.hpp"
#include "redis/slot.hpp"
#include "redis/slot_map.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>

namespace hawkcache::redis {
namespace {

// More is a cluster that leads in circles, because its nodes do not agree yet: it is given time, as
// far as there is some until the deadline.
constexpr std::size_t kDetoursAtOnce = 5;
// Before a cluster that is not ready is asked again.
constexpr Duration kPause{10};

}  // namespace

ClusterCall::ClusterCall(std::shared_ptr<ClusterTopology> topology,
                         Lane lane,
                         std::vector<Command> commands,
                         Duration timeout)
    : topology_(std::move(topology)), lane_(lane), deadline_(steady_now() + timeout) {
  replies_.resize(commands.size());
  left_.reserve(commands.size());
  for (Command& command : commands) {
    left_.push_back(Errand{.command = std::move(command), .place = left_.size(), .led_to = {}});
  }
}

net::Awaitable<std::vector<Reply>> ClusterCall::run() {
  if (!topology_->known()) co_await learn_the_map();
  while (!left_.empty()) {
    std::vector<Shipment> shipments = load();
    for (Shipment& shipment : shipments) send(shipment);
    for (Shipment& shipment : shipments) {
      if (!shipment.batch->done()) co_await shipment.batch->completion();
      settle(shipment);
    }
    if (left_.empty()) break;
    if (pause_) co_await topology_->wait(std::min(steady_now() + kPause, deadline_));
    pause_ = false;
    if (out_of_time()) break;
  }
  for (const Errand& errand : left_) fail(errand, Errc::store_unavailable);
  redis::settle(replies_, topology_->environment().figures);
  co_return std::move(replies_);
}

bool ClusterCall::out_of_time() const { return steady_now() >= deadline_; }

// A cluster that nobody could tell of a moment ago is not waited for.
net::Awaitable<void> ClusterCall::learn_the_map() {
  if (topology_->refreshing() || topology_->may_ask()) {
    topology_->refresh();
    co_await topology_->wait(deadline_);
  }
  if (topology_->known()) co_return;
  const ErrorCode why =
      topology_->refreshing() ? ErrorCode(Errc::store_timeout) : ErrorCode(Errc::store_unavailable);
  for (const Errand& errand : left_) fail(errand, why);
  left_.clear();
}

std::optional<Endpoint> ClusterCall::destination(const Errand& errand) const {
  if (errand.led_to) return errand.led_to;
  const SlotMap& map = topology_->map();
  std::optional<std::size_t> master = errand.command.master();
  if (!master && !errand.command.key().empty()) {
    master = map.master_of(slot_of(errand.command.key()));
  } else if (!master) {
    master = topology_->any_master();
  }
  if (!master || *master >= map.masters().size()) return std::nullopt;
  return map.masters()[*master];
}

std::vector<ClusterCall::Shipment> ClusterCall::load() {
  std::vector<Shipment> shipments;
  for (Errand& errand : std::exchange(left_, {})) {
    const auto to = destination(errand);
    if (!to && errand.command.master()) {
      fail(errand, Errc::store_unavailable);  // the masters are others by now
      continue;
    }
    if (!to) {  // nobody serves the slot
      topology_->refresh();
      try_again(std::move(errand));
      continue;
    }
    auto shipment = std::find_if(shipments.begin(), shipments.end(), [&to](const Shipment& each) {
      return each.node->endpoint == *to;
    });
    if (shipment == shipments.end()) {
      auto node = topology_->node(*to);
      if (node == nullptr) {
        fail(errand, Errc::store_unavailable);
        continue;
      }
      shipment = shipments.insert(shipment, Shipment{std::move(node), {}, {}});
    }
    shipment->errands.push_back(std::move(errand));
  }
  return shipments;
}

void ClusterCall::send(Shipment& shipment) {
  std::vector<Command> commands;
  commands.reserve(shipment.errands.size());
  for (Errand& errand : shipment.errands) {
    // It holds for the one command that comes next.
    if (errand.entrance == Errand::Entrance::asking) commands.push_back(Command({}, {"ASKING"}));
    commands.push_back(std::move(errand.command));
  }
  shipment.batch = std::make_shared<Batch>(
      topology_->environment().worker.executor(), std::move(commands), deadline_);
  shipment.node->on(lane_).send(shipment.batch);
}

void ClusterCall::settle(Shipment& shipment) {
  std::vector<Reply> replies = shipment.batch->take_replies();
  std::vector<Command> commands = shipment.batch->take_commands();
  std::size_t next = 0;
  for (Errand& errand : shipment.errands) {
    if (errand.entrance == Errand::Entrance::asking) ++next;
    Reply& reply = replies[next];
    if (reply.is(Reply::Type::none)) topology_->refresh();
    if (!is_of_no_use_now(reply)) {
      replies_[errand.place] = std::move(reply);
    } else if (commands.empty()) {  // it was never wholly written, and time is up
      fail(errand, Errc::store_unavailable);
    } else {
      errand.command = std::move(commands[next]);
      carry_on(std::move(errand), reply, shipment.node->endpoint);
    }
    ++next;
  }
}

void ClusterCall::carry_on(Errand errand, const Reply& reply, const Endpoint& from) {
  if (++errand.detours > kDetoursAtOnce) pause_ = true;
  if (auto redirection = read_redirection(reply, from)) {
    follow(std::move(errand), std::move(*redirection));
  } else if (reply.is_error("NOSCRIPT") && errand.command.script() != nullptr) {
    errand.command = errand.command.with_source();
    errand.led_to = from;
    left_.push_back(std::move(errand));
  } else {
    topology_->refresh();
    try_again(std::move(errand));
  }
}

void ClusterCall::follow(Errand errand, Redirection redirection) {
  topology_->environment().figures.redirections.fetch_add(1, std::memory_order_relaxed);
  const bool moved = redirection.kind == Redirection::Kind::moved;
  if (moved) topology_->refresh();
  errand.led_to = std::move(redirection.node);
  errand.entrance = moved ? Errand::Entrance::open : Errand::Entrance::asking;
  left_.push_back(std::move(errand));
}

// From the beginning, since the map may be another by then.
void ClusterCall::try_again(Errand errand) {
  errand.led_to.reset();
  errand.entrance = Errand::Entrance::open;
  pause_ = true;
  left_.push_back(std::move(errand));
}

void ClusterCall::fail(const Errand& errand, ErrorCode why) {
  replies_[errand.place] = Reply::failed(why);
}

}  // namespace hawkcache::redis
