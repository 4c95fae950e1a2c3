// A store that has to ask elsewhere, as a test wants it to be: what is near, what is far, whether
// it can be reached, and who has the lease. One thread, that of its worker.
#pragma once

#include "net/wake_up.hpp"
#include "store/store.hpp"

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hawkcache::proxy {

class FakeStore final : public store::Store {
 public:
  explicit FakeStore(net::Executor executor)
      : released_(std::make_shared<net::WakeUp>(executor)),
        put_released_(std::make_shared<net::WakeUp>(executor)) {}

  void try_find(const caching::KeyView& key, store::Found& found) noexcept override {
    copy(near, key, found);
  }
  store::Reach reach() const noexcept override { return store::Reach::remote; }
  store::WhenUnavailable when_unavailable() const noexcept override { return when; }

  net::Awaitable<store::FindOutcome> find(caching::KeyView key,
                                          const store::VariantSelector& selector,
                                          store::Found& found,
                                          store::Patience& /*patience*/) override {
    ++finds;
    copy(away ? near : far, key, found);
    if (outcome == store::FindOutcome::selected) keep_selected(selector, found);
    const bool held = std::exchange(hold_next_find, false);
    if (held) {
      [[maybe_unused]] const auto woken = co_await released_->wait(std::chrono::seconds(20));
    }
    co_return away ? store::FindOutcome::unavailable : outcome;
  }
  net::Awaitable<store::FindOutcome> find_all(caching::KeyView key,
                                              store::Found& found,
                                              store::Patience& /*patience*/) override {
    ++finds_of_all;
    copy(away ? near : far, key, found);
    co_return away ? store::FindOutcome::unavailable : store::FindOutcome::complete;
  }
  store::FetchTicket begin_fetch(WallTime now) override { return fence_.begin_fetch(now); }
  net::Awaitable<store::PutResult> put(store::NewResponsePtr response,
                                       store::Patience& /*patience*/) override {
    ++puts;
    const bool held = std::exchange(hold_next_put, false);
    if (held) {
      [[maybe_unused]] const auto woken = co_await put_released_->wait(std::chrono::seconds(20));
    }
    if (away) co_return store::PutResult::unavailable;
    far.insert(far.begin(), std::move(response));
    co_return store::PutResult::stored;
  }
  bool could_keep(store::Epoch /*epoch*/,
                  const store::SharedStamp& /*shared*/,
                  const store::Patience& /*patience*/) const noexcept override {
    return !away;
  }
  net::Awaitable<Result<store::Purged>> purge(store::PurgeRequest request, WallTime now) override {
    fence_.raise(request, now);
    if (away) co_return make_error_code(Errc::store_unavailable);
    co_return store::Purged{};
  }
  bool stands_for(const store::StoredResponse& response,
                  std::string_view authority,
                  std::string_view path_and_query) noexcept override {
    ++asked_to_stand_for;
    return Store::stands_for(response, authority, path_and_query);
  }
  store::PurgeFence& fence() noexcept override { return fence_; }
  std::uint64_t max_object() const noexcept override { return 1 << 20; }
  store::StoreStats stats() const override { return {}; }
  Sweep sweep(WallTime /*now*/, std::size_t /*budget*/) override { return Sweep::done; }

  net::Awaitable<store::LeaseState> try_lease(store::LeaseRequest /*request*/,
                                              store::Patience& /*patience*/) override {
    ++lease_tries;
    if (leases.empty()) co_return store::LeaseState::held;
    const store::LeaseState state = leases.front();
    leases.pop_front();
    if (leases.empty() && brought_with_last_lease) far.insert(far.begin(), brought_with_last_lease);
    co_return state;
  }
  void release_lease(caching::KeyView /*key*/,
                     std::uint64_t /*sequence*/,
                     store::LeaseEnd end) noexcept override {
    lease_ends.push_back(end);
  }

  store::Patience patience() const noexcept override { return store::Patience(timeout); }

  void release_find() { released_->ring(); }
  void release_put() { put_released_->ring(); }

  std::vector<store::StoredResponsePtr> near;  // newest first
  std::vector<store::StoredResponsePtr> far;
  bool away = false;
  store::WhenUnavailable when = store::WhenUnavailable::ask_origin;
  store::FindOutcome outcome = store::FindOutcome::complete;
  bool hold_next_find = false;                       // after it has looked, until release_find()
  std::deque<store::LeaseState> leases;              // the answers in turn; then `held`
  store::StoredResponsePtr brought_with_last_lease;  // far, from the last of these answers on
  std::vector<store::LeaseEnd> lease_ends;
  bool hold_next_put = false;  // before it stores, until release_put()
  Duration timeout = std::chrono::seconds(20);
  int puts = 0;
  int finds = 0;
  int finds_of_all = 0;
  int lease_tries = 0;
  int asked_to_stand_for = 0;

 private:
  static void copy(const std::vector<store::StoredResponsePtr>& from,
                   const caching::KeyView& key,
                   store::Found& found) {
    found.clear();
    for (const store::StoredResponsePtr& one : from) {
      if (one->key() == key.text) found.push_back(one);
    }
  }
  static void keep_selected(const store::VariantSelector& selector, store::Found& found) {
    store::Found selected;
    for (const store::StoredResponsePtr& one : found) {
      std::string wanted;
      if (one->vary() != nullptr) selector.append_secondary_key(wanted, *one->vary());
      if (one->secondary_key() == wanted) selected.push_back(one);
    }
    found = selected;
  }

  store::PurgeFence fence_;
  std::shared_ptr<net::WakeUp> released_;
  std::shared_ptr<net::WakeUp> put_released_;
};

}  // namespace hawkcache::proxy
