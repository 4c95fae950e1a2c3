// The rest of the daemon as the admin listener sees it: a store that remembers what it was asked to
// purge, a clock that stands still, states to set.
#pragma once

#include "admin/admin_context.hpp"
#include "unit/admin/sample_routes.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace hawkcache::admin {

class StandingClock final : public Clock {
 public:
  WallTime wall() const noexcept override { return now; }
  SteadyTime steady() const noexcept override { return {}; }
  WallTime now{Duration{1'000'000'000'000}};
};

class RecordingStore final : public store::Store {
 public:
  void try_find(const caching::KeyView& /*key*/, store::Found& found) noexcept override {
    found.clear();
  }
  net::Awaitable<store::FindOutcome> find(caching::KeyView key,
                                          const store::VariantSelector& /*selector*/,
                                          store::Found& found,
                                          store::Patience& patience) override {
    return find_all(key, found, patience);
  }
  net::Awaitable<store::FindOutcome> find_all(caching::KeyView /*key*/,
                                              store::Found& found,
                                              store::Patience& /*patience*/) override {
    found.clear();
    co_return store::FindOutcome::complete;
  }
  store::FetchTicket begin_fetch(WallTime now) override { return fence_.begin_fetch(now); }
  net::Awaitable<store::PutResult> put(store::NewResponsePtr /*response*/,
                                       store::Patience& /*patience*/) override {
    co_return store::PutResult::no_room;
  }
  net::Awaitable<Result<store::Purged>> purge(store::PurgeRequest request,
                                              WallTime /*now*/) override {
    purges.push_back(std::move(request));
    co_return answer;
  }
  store::PurgeFence& fence() noexcept override { return fence_; }
  std::uint64_t max_object() const noexcept override { return 0; }
  store::StoreStats stats() const override { return figures; }
  Sweep sweep(WallTime /*now*/, std::size_t /*budget*/) override { return Sweep::done; }

  std::vector<store::PurgeRequest> purges;
  Result<store::Purged> answer = store::Purged{.count = 17};
  store::StoreStats figures{.entries = 3, .bytes = 4096, .max_bytes = 1 << 20, .max_entries = 1000};

 private:
  store::PurgeFence fence_;
};

class FakeDaemon {
 public:
  FakeDaemon() { counters.route("user")->add(0, observe::RouteOutcome::hit); }

  StandingClock clock;
  RecordingStore store;
  observe::Counters counters{2};
  AdminSettings settings;
  Readiness readiness{
      .state = Readiness::State::ready, .store = "memory", .upstream = "configured"};
  ReloadReport report;
  int reloads = 0;
  std::shared_ptr<const proxy::Router> router = std::make_shared<proxy::Router>(sample_router());

  AdminContext context{
      .clock = clock,
      .store = store,
      .counters = counters,
      .store_backend = "memory",
      .started = clock.now - std::chrono::seconds(90),
      .settings = [this] { return std::make_shared<const AdminSettings>(settings); },
      .router = [this] { return router; },
      .readiness = [this] { return readiness; },
      .figures = [] { return Figures{.connections_open = 5, .connections_accepted = 12}; },
      .reload =
          [this] {
            ++reloads;
            return report;
          },
      .schema = [] { return std::string("{\"type\":\"object\"}"); }};
};

}  // namespace hawkcache::admin
