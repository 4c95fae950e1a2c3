// One fetch for all nodes (`coalesce: cluster`): before a fetch goes upstream it takes the key's
// lease in the shared store, or waits for what the node brings that has it. Lives in the fetch's
// coroutine, on its worker.
#pragma once

#include "proxy/fill.hpp"
#include "proxy/route.hpp"
#include "proxy/worker_state.hpp"
#include "store/store.hpp"

#include <cstdint>

namespace hawkcache::proxy {

class FetchLease {
 public:
  // How long a fetch waits for others in all, and how often it looks.
  static constexpr Duration kLongestWait{30'000};
  static constexpr Duration kInterval{20};

  // What is referred to outlives the lease. `base`: what is stored already and does not answer;
  // null: nothing.
  FetchLease(WorkerState& state,
             const Fill& fill,
             const Route& route,
             store::StoredResponsePtr base)
      : state_(state), fill_(fill), route_(route), base_(std::move(base)) {}
  FetchLease(const FetchLease&) = delete;
  FetchLease& operator=(const FetchLease&) = delete;

  // Null: it is our turn, with the lease or because nobody can say more. Else what another node has
  // brought meanwhile, which answers the fill's request. Takes from `patience` what was waited for
  // the store; while another node fetches, it is that node that is waited for, as long as the store
  // answers.
  net::Awaitable<store::StoredResponsePtr> wait_for_turn(store::Patience& patience);
  // What became of our fetch; later calls say nothing. A lease that is never ended (its frame dies
  // with the worker, perhaps after the store) lapses by itself.
  void end(store::LeaseEnd end) noexcept;

 private:
  struct Look {
    store::StoredResponsePtr brought;
    store::FindOutcome outcome;
  };
  net::Awaitable<Look> find_brought(store::Patience& patience);
  bool answers(const store::StoredResponse& stored, WallTime now) const;
  caching::KeyView key() const noexcept { return caching::make_key(fill_.subject().key); }

  WorkerState& state_;
  const Fill& fill_;
  const Route& route_;
  const store::StoredResponsePtr base_;
  bool held_ = false;
};

}  // namespace hawkcache::proxy
