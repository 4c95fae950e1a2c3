#include "server/maintenance.hpp"

#include "net/spawn.hpp"

namespace hawkcache::server {
namespace {

using std::chrono::microseconds;

constexpr microseconds kInterval{1'000'000};
constexpr microseconds kSoon{100'000};
// So long a request may have to wait where there is one core for all, and so much of that core is
// taken while there is much to do.
constexpr microseconds kSlice{100};
constexpr microseconds kBetweenSlices{400};
constexpr std::size_t kStepEntries = 32;

microseconds pause_after(store::Store::Sweep outcome) {
  switch (outcome) {
    case store::Store::Sweep::more:
      return kBetweenSlices;
    case store::Store::Sweep::soon:
      return kSoon;
    case store::Store::Sweep::done:
      break;
  }
  return kInterval;
}

}  // namespace

Maintenance::Maintenance(net::Worker& worker, store::Store& store)
    : worker_(worker), store_(store), timer_(worker.executor()) {}

void Maintenance::start() {
  worker_.post([this] { net::spawn_loop(worker_.executor(), [this] { return run(*this); }); });
}

net::Awaitable<void> Maintenance::run(Maintenance& self) {
  auto pause = kInterval;
  for (;;) {
    self.timer_.expires_after(pause);
    co_await self.timer_.async_wait(net::use_op);
    pause = pause_after(self.sweep_slice());
  }
}

store::Store::Sweep Maintenance::sweep_slice() {
  const SteadyTime end = worker_.clock().steady() + kSlice;
  auto outcome = store::Store::Sweep::more;
  while (outcome == store::Store::Sweep::more && worker_.clock().steady() < end) {
    outcome = store_.sweep(worker_.clock().wall(), kStepEntries);
  }
  return outcome;
}

}  // namespace hawkcache::server
