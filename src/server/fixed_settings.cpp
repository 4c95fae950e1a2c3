#include "server/fixed_settings.hpp"

#include "config/suggest.hpp"
#include "config/units.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace hawkcache::server {
namespace {

std::string shown(bool value) { return value ? "true" : "false"; }
std::string shown(std::size_t value) { return std::to_string(value); }
std::string shown(Duration value) { return config::duration_text(value); }
std::string shown(const std::string& value) { return config::in_quotes(value); }
std::string shown(const config::Endpoint& value) { return config::to_string(value); }

std::string shown(const std::vector<config::Endpoint>& values) {
  std::vector<std::string> texts;
  for (const config::Endpoint& value : values) texts.push_back(config::to_string(value));
  return texts.size() == 1 ? texts.front() : fmt::format("[{}]", config::join(texts));
}

std::string shown(const std::optional<config::RedisUrl>& value) {
  return value ? config::to_string(*value) : "none";
}

std::string shown(config::StoreBackend value) { return std::string(config::name_of(value)); }

std::string shown(config::Eviction value) {
  switch (value) {
    case config::Eviction::s3fifo:
      return "s3fifo";
    case config::Eviction::sieve:
      return "sieve";
    case config::Eviction::lru:
      return "lru";
  }
  return "";
}

std::string shown(config::RedisFailure value) {
  return value == config::RedisFailure::origin ? "origin" : "stale_only";
}

class Comparison {
 public:
  template <class V>
  void add(std::string_view key, const V& before, const V& after) {
    if (before != after) changes_.push_back({std::string(key), shown(before), shown(after)});
  }
  void add_size(std::string_view key, std::uint64_t before, std::uint64_t after) {
    if (before == after) return;
    changes_.push_back({std::string(key), config::size_text(before), config::size_text(after)});
  }
  std::vector<FixedChange> take() { return std::move(changes_); }

 private:
  std::vector<FixedChange> changes_;
};

void compare_memory(Comparison& changes,
                    const config::MemoryConfig& before,
                    const config::MemoryConfig& after) {
  changes.add_size("store.memory.max_size", before.max_size, after.max_size);
  changes.add("store.memory.max_entries", before.max_entries, after.max_entries);
  changes.add_size("store.memory.max_object", before.max_object, after.max_object);
  changes.add("store.memory.eviction", before.eviction, after.eviction);
}

void compare_redis(Comparison& changes,
                   const config::RedisConfig& before,
                   const config::RedisConfig& after) {
  changes.add("store.redis.url", before.url, after.url);
  changes.add("store.redis.prefix", before.prefix, after.prefix);
  changes.add("store.redis.timeout", before.timeout, after.timeout);
  changes.add("store.redis.on_failure", before.on_failure, after.on_failure);
}

// Those that connections and the store were built with.
void compare_limits(Comparison& changes,
                    const config::LimitsConfig& before,
                    const config::LimitsConfig& after) {
  changes.add("limits.max_connections", before.max_connections, after.max_connections);
  changes.add_size("limits.request_line", before.request_line, after.request_line);
  changes.add_size("limits.header_block", before.header_block, after.header_block);
  changes.add("limits.header_count", before.header_count, after.header_count);
  changes.add_size("limits.request_body", before.request_body, after.request_body);
  changes.add("limits.header_timeout", before.header_timeout, after.header_timeout);
  changes.add("limits.keepalive_timeout", before.keepalive_timeout, after.keepalive_timeout);
  changes.add("limits.body_timeout", before.body_timeout, after.body_timeout);
  changes.add("limits.write_timeout", before.write_timeout, after.write_timeout);
  changes.add("limits.variants", before.variants, after.variants);
}

}  // namespace

std::size_t thread_count(const config::Config& config) {
  if (config.threads != 0) return config.threads;
  return std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

std::vector<FixedChange> changes_that_need_a_restart(const config::Config& before,
                                                     const config::Config& after) {
  Comparison changes;
  changes.add("listen", before.listen, after.listen);
  changes.add("threads", thread_count(before), thread_count(after));
  changes.add("pin_threads", before.pin_threads, after.pin_threads);
  changes.add("admin.listen", before.admin.listen, after.admin.listen);
  changes.add("store.backend", before.store.backend, after.store.backend);
  compare_memory(changes, before.store.memory, after.store.memory);
  // What is written under store.redis counts for nothing where the store is in memory.
  if (before.store.backend != config::StoreBackend::memory) {
    compare_redis(changes, before.store.redis, after.store.redis);
  }
  compare_limits(changes, before.limits, after.limits);
  return changes.take();
}

std::string to_string(const FixedChange& change) {
  const std::string values = change.before == change.after
                                 ? "in its user or password"
                                 : fmt::format("from {} to {}", change.before, change.after);
  return fmt::format(
      "`{}` was changed {}: restart hawkcache, or take the change back", change.key, values);
}

}  // namespace hawkcache::server
