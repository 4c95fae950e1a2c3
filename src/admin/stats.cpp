#include "admin/admin_documents.hpp"
#include "admin/redis_documents.hpp"
#include "base/json.hpp"
#include "observe/version.hpp"

namespace hawkcache::admin {
namespace {

void write_store(JsonWriter& json, const AdminContext& context) {
  const store::StoreStats stats = context.store.stats();
  json.key("store").begin_object();
  json.member("backend", context.store_backend);
  json.member("entries", stats.entries).member("bytes", stats.bytes);
  json.member("max_bytes", stats.max_bytes).member("max_entries", stats.max_entries);
  json.member("slack", stats.slack);
  json.member("evicted", stats.evicted).member("expired", stats.expired);
  json.member("purged", stats.purged).member("fences", stats.fences).member("tags", stats.tags);
  json.end_object();
}

void write_requests(JsonWriter& json, const observe::Counters& counters) {
  json.key("requests").begin_object();
  for (std::size_t i = 0; i < observe::kCounterCount; ++i) {
    const auto counter = static_cast<observe::Counter>(i);
    json.member(observe::name_of(counter), counters.total(counter));
  }
  json.end_object();
}

void write_routes(JsonWriter& json, const observe::Counters& counters) {
  using observe::RouteOutcome;
  json.key("routes").begin_array();
  for (const auto& [name, values] : counters.routes()) {
    json.begin_object().member("name", name);
    json.member("hits", values->value(RouteOutcome::hit));
    json.member("misses", values->value(RouteOutcome::miss));
    json.member("bypasses", values->value(RouteOutcome::bypass));
    json.member("errors", values->value(RouteOutcome::error));
    json.end_object();
  }
  json.end_array();
}

}  // namespace

std::string render_stats(const AdminContext& context) {
  const auto uptime =
      std::chrono::floor<std::chrono::seconds>(context.clock.wall() - context.started);
  const Figures figures = context.figures();
  JsonWriter json;
  json.begin_object();
  json.member("version", observe::version());
  json.member("uptime_s", uptime.count());
  write_store(json, context);
  if (const auto redis = context.redis()) write_redis(json.key("redis"), *redis);
  write_requests(json, context.counters);
  json.key("connections").begin_object();
  json.member("open", figures.connections_open).member("accepted", figures.connections_accepted);
  json.end_object();
  json.key("reloads").begin_object();
  json.member("done", figures.reloads).member("failed", figures.reloads_failed);
  json.end_object();
  write_routes(json, context.counters);
  json.end_object();
  return json.take() + "\n";
}

}  // namespace hawkcache::admin
