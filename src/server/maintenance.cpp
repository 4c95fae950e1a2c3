#include "server/maintenance.hpp"

namespace hawkcache::server {
namespace {

constexpr Duration kInterval{1000};
constexpr Duration kBetweenSlices{1};
// Some hundred microseconds: as long as a request may have to wait where there is one core for all.
constexpr std::size_t kSliceEntries = 512;

}  // namespace

Maintenance::Maintenance(net::Worker& worker, store::Store& store)
    : worker_(worker), store_(store), timer_(worker.executor()) {}

void Maintenance::start() {
  worker_.post([this] { schedule(kInterval); });
}

void Maintenance::schedule(Duration delay) {
  timer_.expires_after(delay);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) run_slice();
  });
}

void Maintenance::run_slice() {
  const auto outcome = store_.sweep(worker_.clock().wall(), kSliceEntries);
  schedule(outcome == store::Store::Sweep::more ? kBetweenSlices : kInterval);
}

}  // namespace hawkcache::server
