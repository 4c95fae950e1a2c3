#include "server/maintenance.hpp"

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

}  // namespace

Maintenance::Maintenance(net::Worker& worker, store::Store& store)
    : worker_(worker), store_(store), timer_(worker.executor()) {}

void Maintenance::start() {
  worker_.post([this] { schedule(kInterval); });
}

void Maintenance::schedule(microseconds delay) {
  timer_.expires_after(delay);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) run_slice();
  });
}

void Maintenance::run_slice() {
  using enum store::Store::Sweep;
  const SteadyTime end = worker_.clock().steady() + kSlice;
  auto outcome = more;
  while (outcome == more && worker_.clock().steady() < end) {
    outcome = store_.sweep(worker_.clock().wall(), kStepEntries);
  }
  schedule(outcome == more ? kBetweenSlices : outcome == soon ? kSoon : kInterval);
}

}  // namespace hawkcache::server
