#include "admin/admin_documents.hpp"
#include "admin/process_figures.hpp"
#include "admin/redis_documents.hpp"
#include "base/log.hpp"
#include "observe/prometheus.hpp"
#include "observe/version.hpp"

#include <array>
#include <utility>

namespace hawkcache::admin {
namespace {

using observe::Counter;
using observe::MetricType;
using observe::PrometheusText;
using observe::RouteOutcome;

constexpr std::array<std::pair<RouteOutcome, std::string_view>, observe::kRouteOutcomeCount>
    kOutcomes{{{RouteOutcome::hit, "hit"},
               {RouteOutcome::miss, "miss"},
               {RouteOutcome::bypass, "bypass"},
               {RouteOutcome::error, "error"}}};

void add_counters(PrometheusText& text, const observe::Counters& counters) {
  for (std::size_t i = 0; i < observe::kCounterCount; ++i) {
    const auto counter = static_cast<Counter>(i);
    const std::string name = "hawkcache_" + std::string(observe::name_of(counter)) + "_total";
    text.single(name, MetricType::counter, observe::help_of(counter), counters.total(counter));
  }
}

void add_routes(PrometheusText& text, const observe::Counters& counters) {
  constexpr std::string_view kName = "hawkcache_route_requests_total";
  text.family(kName,
              MetricType::counter,
              "Requests that a rule matched, by the rule's name and by how they ended");
  for (const auto& [route, values] : counters.routes()) {
    for (const auto& [outcome, label] : kOutcomes) {
      text.sample(kName, {{"route", route}, {"outcome", label}}, values->value(outcome));
    }
  }
}

void add_store(PrometheusText& text, const store::StoreStats& stats) {
  constexpr auto gauge = MetricType::gauge;
  constexpr auto counter = MetricType::counter;
  text.single("hawkcache_store_entries", gauge, "Responses in the store", stats.entries);
  text.single("hawkcache_store_bytes", gauge, "Bytes in the store, overhead included", stats.bytes);
  text.single("hawkcache_store_max_bytes", gauge, "The store's budget in bytes", stats.max_bytes);
  text.single(
      "hawkcache_store_max_entries", gauge, "The store's budget in entries", stats.max_entries);
  text.single("hawkcache_store_slack_bytes",
              gauge,
              "Bytes that the allocator holds beyond what is in use",
              stats.slack);
  text.single("hawkcache_store_tags", gauge, "Tags that stored responses carry", stats.tags);
  text.single("hawkcache_store_fences", gauge, "Purges still remembered", stats.fences);
  text.single(
      "hawkcache_store_evicted_total", counter, "Responses evicted to make room", stats.evicted);
  text.single("hawkcache_store_expired_total",
              counter,
              "Responses removed for being too old for any use",
              stats.expired);
  text.single("hawkcache_store_purged_total",
              counter,
              "Responses removed because of a purge",
              stats.purged);
}

void add_figures(PrometheusText& text, const Figures& figures) {
  constexpr auto counter = MetricType::counter;
  text.single("hawkcache_connections_open",
              MetricType::gauge,
              "Client connections",
              figures.connections_open);
  text.single("hawkcache_connections_accepted_total",
              counter,
              "Client connections accepted",
              figures.connections_accepted);
  text.single("hawkcache_reloads_total", counter, "Reloads that took effect", figures.reloads);
  text.single("hawkcache_reloads_failed_total",
              counter,
              "Reloads that kept the old configuration",
              figures.reloads_failed);
  constexpr std::string_view kDropped = "hawkcache_log_lines_dropped_total";
  text.family(kDropped, counter, "Log lines lost because the disk or the reader did not take them");
  text.sample(kDropped, {{"log", "access"}}, figures.access_lines_dropped);
  text.sample(kDropped, {{"log", "daemon"}}, log::dropped());
}

void add_process(PrometheusText& text, WallTime started) {
  const ProcessFigures process = read_process_figures();
  constexpr auto gauge = MetricType::gauge;
  const auto start = static_cast<double>(started.time_since_epoch().count()) / 1000.0;
  text.family(
      "process_start_time_seconds", gauge, "When the process started, in seconds since 1970");
  text.sample("process_start_time_seconds", {}, start);
  text.family("process_cpu_seconds_total", MetricType::counter, "User and system time spent");
  text.sample("process_cpu_seconds_total", {}, process.cpu_seconds);
  text.single("process_resident_memory_bytes", gauge, "Resident memory", process.resident_bytes);
  text.single("process_open_fds", gauge, "Open descriptors", process.open_descriptors);
  text.single("process_max_fds", gauge, "Descriptors that may be open", process.max_descriptors);
}

}  // namespace

std::string render_metrics(const AdminContext& context) {
  PrometheusText text;
  add_counters(text, context.counters);
  add_routes(text, context.counters);
  add_store(text, context.store.stats());
  if (const auto redis = context.redis()) add_redis(text, *redis);
  add_figures(text, context.figures());
  const bool ready = context.readiness().state == Readiness::State::ready;
  text.single("hawkcache_ready", MetricType::gauge, "1 while /readyz says 200", ready ? 1 : 0);
  text.family("hawkcache_build_info", MetricType::gauge, "The version of this build");
  text.sample("hawkcache_build_info", {{"version", observe::version()}}, std::uint64_t{1});
  add_process(text, context.started);
  return text.take();
}

}  // namespace hawkcache::admin
