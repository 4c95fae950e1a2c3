#include "admin/redis_documents.hpp"

#include <array>
#include <string>
#include <string_view>

namespace hawkcache::admin {
namespace {

using observe::MetricType;
using observe::PrometheusText;
using shared_store::RedisSnapshot;

constexpr double kMicrosecondsPerSecond = 1e6;

// Of ClientFigures::latency, in seconds; the last bucket has none.
constexpr std::array<double, redis::ClientFigures::kBuckets - 1> kLatencyBounds{
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1};

struct ClientFigure {
  std::string_view name;  // of the metric, without hawkcache_redis_
  MetricType type;
  std::string_view help;
  std::uint64_t RedisSnapshot::Clients::*value;
};

constexpr std::array<ClientFigure, 12> kClientFigures{{
    {"commands_total",
     MetricType::counter,
     "Commands sent to Redis",
     &RedisSnapshot::Clients::commands},
    {"command_errors_total",
     MetricType::counter,
     "Of these, answered with an error",
     &RedisSnapshot::Clients::command_errors},
    {"timeouts_total",
     MetricType::counter,
     "Waits for Redis given up at store.redis.timeout",
     &RedisSnapshot::Clients::timeouts},
    {"commands_refused_total",
     MetricType::counter,
     "Commands not sent, because too many were waiting",
     &RedisSnapshot::Clients::refused},
    {"commands_waiting",
     MetricType::gauge,
     "Commands without a reply yet",
     &RedisSnapshot::Clients::waiting},
    {"connections",
     MetricType::gauge,
     "Connections to Redis",
     &RedisSnapshot::Clients::connections},
    {"connects_total",
     MetricType::counter,
     "Connections made to Redis",
     &RedisSnapshot::Clients::connects},
    {"connect_failures_total",
     MetricType::counter,
     "Connections to Redis that failed: refused, timed out, TLS or password",
     &RedisSnapshot::Clients::connect_failures},
    {"disconnects_total",
     MetricType::counter,
     "Connections to Redis that were lost or given up",
     &RedisSnapshot::Clients::disconnects},
    {"redirections_total",
     MetricType::counter,
     "MOVED and ASK of a cluster that were followed",
     &RedisSnapshot::Clients::redirections},
    {"bytes_sent_total",
     MetricType::counter,
     "Bytes sent to Redis",
     &RedisSnapshot::Clients::bytes_sent},
    {"bytes_received_total",
     MetricType::counter,
     "Bytes received from Redis",
     &RedisSnapshot::Clients::bytes_received},
}};

struct StoreCounter {
  std::string_view name;
  std::string_view help;
  std::uint64_t RedisSnapshot::*value;
};

constexpr StoreCounter kStoreCounters[] = {
#define X(member, help) {#member, help, &RedisSnapshot::member},
    HAWKCACHE_REDIS_COUNTERS(X)
#undef X
};

std::string full_name(std::string_view name) { return "hawkcache_redis_" + std::string(name); }

void add_clients(PrometheusText& text, const RedisSnapshot::Clients& clients) {
  for (const ClientFigure& figure : kClientFigures)
    text.single(full_name(figure.name), figure.type, figure.help, clients.*figure.value);
  text.histogram("hawkcache_redis_command_duration_seconds",
                 "How long Redis took to answer a command",
                 kLatencyBounds,
                 clients.latency,
                 static_cast<double>(clients.latency_sum_us) / kMicrosecondsPerSecond);
}

void add_rejected(PrometheusText& text, const RedisSnapshot& redis) {
  constexpr std::string_view kName = "hawkcache_redis_values_rejected_total";
  text.family(kName, MetricType::counter, "Values under our names that were treated as absent");
  for (std::size_t i = 0; i < shared_store::kRejectedValueCount; ++i) {
    const std::string_view reason = name_of(static_cast<shared_store::RejectedValue>(i));
    text.sample(kName, {{"reason", reason}}, redis.values_rejected[i]);
  }
}

void add_gauges(PrometheusText& text, const RedisSnapshot& redis) {
  constexpr auto gauge = MetricType::gauge;
  text.single("hawkcache_redis_state",
              gauge,
              "The link to Redis: 0 up, 1 joining, 2 down",
              static_cast<std::uint64_t>(redis.state));
  text.single("hawkcache_redis_purges_waiting",
              gauge,
              "Purges in force on this node that are still to be handed on",
              redis.purges_waiting);
  text.single("hawkcache_redis_followed_epoch",
              gauge,
              "The shared purge counter, as far as this node has followed it",
              redis.followed_epoch);
  text.single("hawkcache_redis_push_connected",
              gauge,
              "1 while Redis tells this node what changes",
              redis.push_connected ? 1 : 0);
}

}  // namespace

void add_redis(PrometheusText& text, const RedisSnapshot& redis) {
  add_clients(text, redis.clients);
  add_gauges(text, redis);
  for (const StoreCounter& counter : kStoreCounters) {
    text.single(full_name(counter.name) + "_total",
                MetricType::counter,
                counter.help,
                redis.*counter.value);
  }
  add_rejected(text, redis);
}

void write_redis(JsonWriter& json, const RedisSnapshot& redis) {
  const RedisSnapshot::Clients& clients = redis.clients;
  json.begin_object();
  json.member("state", name_of(redis.state));
  for (const StoreCounter& counter : kStoreCounters)
    json.member(counter.name, redis.*counter.value);
  json.member("purges_waiting", redis.purges_waiting);
  json.member("followed_epoch", redis.followed_epoch);
  json.member("push_connected", redis.push_connected);
  json.key("values_rejected").begin_object();
  for (std::size_t i = 0; i < shared_store::kRejectedValueCount; ++i)
    json.member(name_of(static_cast<shared_store::RejectedValue>(i)), redis.values_rejected[i]);
  json.end_object();
  json.member("commands", clients.commands).member("command_errors", clients.command_errors);
  json.member("timeouts", clients.timeouts).member("refused", clients.refused);
  json.member("connections", clients.connections).member("connects", clients.connects);
  json.member("connect_failures", clients.connect_failures);
  json.member("disconnects", clients.disconnects).member("redirections", clients.redirections);
  json.member("waiting", clients.waiting).member("latency_sum_us", clients.latency_sum_us);
  json.member("bytes_sent", clients.bytes_sent).member("bytes_received", clients.bytes_received);
  json.end_object();
}

}  // namespace hawkcache::admin
