#include "server/stores.hpp"

#include "server/settings.hpp"

#include <fmt/format.h>

namespace hawkcache::server {

namespace {

constexpr Duration kPatience{1000};

}  // namespace

Stores::Stores(const config::Config& config,
               const std::vector<std::unique_ptr<net::Worker>>& workers,
               net::Worker& background,
               const Clock& clock)
    : backend_(config::name_of(config.store.backend)) {
  if (config.store.backend == config::StoreBackend::memory) {
    memory_ = store::make_memory_store(memory_settings(config));
    stores_.assign(workers.size() + 1, memory_.get());
    return;
  }
  std::unique_ptr<store::LocalStore> tier;
  if (config.store.backend == config::StoreBackend::tiered) {
    tier = store::make_memory_store(memory_settings(config));
  }
  redis_ = std::make_unique<shared_store::RedisBackend>(
      redis_store_settings(config), std::move(tier), background, clock);
  for (const auto& worker : workers) stores_.push_back(&redis_->open(*worker));
  stores_.push_back(&redis_->open(background));
}

void Stores::start() {
  if (redis_) redis_->start();
}

void Stores::wait_until_ready() const {
  if (redis_) redis_->wait_until_looked_for(kPatience);
}

void Stores::close() {
  if (redis_) redis_->close();
}

std::string Stores::state() const {
  if (!redis_) return std::string(backend_);
  return fmt::format("{}: {}", backend_, shared_store::name_of(redis_->snapshot().state));
}

std::uint64_t Stores::purges_waiting() const { return redis_ ? redis_->purges_waiting() : 0; }
std::uint64_t Stores::purges_under_way() const { return redis_ ? redis_->purges_under_way() : 0; }

std::optional<shared_store::RedisSnapshot> Stores::redis() const {
  if (!redis_) return std::nullopt;
  return redis_->snapshot();
}

}  // namespace hawkcache::server
