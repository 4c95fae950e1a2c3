#include "observe/counters.hpp"

namespace hawkcache::observe {
namespace {

struct CounterText {
  std::string_view name;
  std::string_view help;
};

constexpr std::array<CounterText, kCounterCount> kTexts{{
#define X(enumerator, name, help) {name, help},
    HAWKCACHE_COUNTERS(X)
#undef X
}};

}  // namespace

Counters::Counters(std::size_t workers) {
  workers_.reserve(workers);
  for (std::size_t i = 0; i < workers; ++i) workers_.push_back(std::make_unique<WorkerCounters>());
}

std::uint64_t Counters::total(Counter counter) const noexcept {
  std::uint64_t sum = 0;
  for (const auto& worker : workers_) sum += worker->value(counter);
  return sum;
}

std::uint64_t RouteCounters::value(RouteOutcome outcome) const noexcept {
  std::uint64_t sum = 0;
  for (const Row& row : rows_) {
    sum += row.values[static_cast<std::size_t>(outcome)].load(std::memory_order_relaxed);
  }
  return sum;
}

std::shared_ptr<RouteCounters> Counters::route(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto [known, is_new] = places_.try_emplace(name, routes_.size());
  if (!is_new) return routes_[known->second].second;
  return routes_.emplace_back(name, std::make_shared<RouteCounters>(workers_.size())).second;
}

std::vector<std::pair<std::string, std::shared_ptr<const RouteCounters>>> Counters::routes() const {
  const std::lock_guard lock(mutex_);
  return {routes_.begin(), routes_.end()};
}

std::string_view name_of(Counter counter) noexcept {
  return kTexts[static_cast<std::size_t>(counter)].name;
}

std::string_view help_of(Counter counter) noexcept {
  return kTexts[static_cast<std::size_t>(counter)].help;
}

}  // namespace hawkcache::observe
