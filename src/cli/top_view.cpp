#include "cli/top_view.hpp"

#include "base/utf8.hpp"
#include "cli/stats_values.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>
#include <vector>

#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace hawkcache::cli {
namespace {

namespace json = boost::json;

struct RouteCounts {
  std::string name;
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t bypasses = 0;
  std::uint64_t errors = 0;

  std::uint64_t requests() const { return hits + misses + bypasses + errors; }
};

RouteCounts counts_of(const json::value* object) {
  return {.name = std::string(text(object, "name")),
          .hits = number(object, "hits"),
          .misses = number(object, "misses"),
          .bypasses = number(object, "bypasses"),
          .errors = number(object, "errors")};
}

// A counter that went back is one that began anew.
std::uint64_t growth(std::uint64_t before, std::uint64_t after) {
  return after >= before ? after - before : after;
}

RouteCounts growth(const RouteCounts& before, const RouteCounts& after) {
  return {.name = after.name,
          .hits = growth(before.hits, after.hits),
          .misses = growth(before.misses, after.misses),
          .bypasses = growth(before.bypasses, after.bypasses),
          .errors = growth(before.errors, after.errors)};
}

std::vector<RouteCounts> routes_of(const json::value& stats) {
  std::vector<RouteCounts> routes;
  const json::value* list = member(&stats, "routes");
  if (list == nullptr || !list->is_array()) return routes;
  for (const json::value& route : list->get_array()) routes.push_back(counts_of(&route));
  return routes;
}

std::vector<RouteCounts> busiest_first(const json::value& before, const json::value& after) {
  std::map<std::string, RouteCounts, std::less<>> earlier;
  for (RouteCounts& route : routes_of(before)) {
    std::string name = route.name;
    earlier.insert_or_assign(std::move(name), std::move(route));
  }
  std::vector<RouteCounts> routes = routes_of(after);
  for (RouteCounts& route : routes) route = growth(earlier[route.name], route);
  std::stable_sort(routes.begin(), routes.end(), [](const auto& one, const auto& other) {
    return one.requests() > other.requests();
  });
  return routes;
}

struct Rates {
  double seconds;

  std::string operator()(std::uint64_t count) const {
    return fmt::format("{:.1f}", static_cast<double>(count) / seconds);
  }
};

void add_summary(std::string& out,
                 const json::value& before,
                 const json::value& after,
                 Rates rates) {
  const json::value* store = member(&after, "store");
  const auto grown = [&](std::string_view name) {
    return growth(number(member(&before, "requests"), name),
                  number(member(&after, "requests"), name));
  };
  const std::uint64_t hits = grown("hits");
  const std::uint64_t misses = grown("misses");
  fmt::format_to(std::back_inserter(out),
                 "hawkcache {}, up {}; {}\n"
                 "{}: {} of {} entries, {} of {}\n"
                 "{} requests/s: {} hits, {} misses, {} bypasses, {} passed\n"
                 "hit ratio {}; {} failed fetches/s\n\n",
                 text(&after, "version"),
                 uptime(number(&after, "uptime_s")),
                 counted(number(member(&after, "connections"), "open"), "connection"),
                 text(store, "backend"),
                 number(store, "entries"),
                 number(store, "max_entries"),
                 bytes(number(store, "bytes")),
                 bytes(number(store, "max_bytes")),
                 rates(grown("requests")),
                 rates(hits),
                 rates(misses),
                 rates(grown("bypasses")),
                 rates(grown("passes")),
                 hit_ratio(hits, misses),
                 rates(grown("fetch_errors")));
}

constexpr std::size_t kLinesAbove = 6;  // the summary and the names of the columns

constexpr std::size_t kFiguresColumns = 67;  // beside the names of the routes
constexpr std::size_t kLeastName = 8;

std::string shortened(std::string_view name, std::size_t width) {
  if (utf8::character_count(name) <= width) return std::string(name);
  return std::string(utf8::first_characters(name, width - 1)) + "\u2026";
}

void add_table(std::string& out,
               const std::vector<RouteCounts>& routes,
               Rates rates,
               std::size_t columns) {
  const std::size_t most = std::max(kLeastName, columns - std::min(columns, kFiguresColumns));
  std::size_t width = std::string_view("route").size();
  for (const RouteCounts& route : routes) {
    width = std::max(width, std::min(most, utf8::character_count(route.name)));
  }
  const auto add_row = [&](const auto&... cells) {
    fmt::format_to(
        std::back_inserter(out), "{}  {:>10}  {:>9}  {:>9}  {:>9}  {:>10}  {:>8}\n", cells...);
  };
  add_row(padded("route", width),
          "requests/s",
          "hit ratio",
          "hits/s",
          "misses/s",
          "bypasses/s",
          "errors/s");
  for (const RouteCounts& route : routes) {
    add_row(padded(shortened(route.name, width), width),
            rates(route.requests()),
            hit_ratio(route.hits, route.misses),
            rates(route.hits),
            rates(route.misses),
            rates(route.bypasses),
            rates(route.errors));
  }
}

std::string first_lines(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  for (; count > 0 && end < text.size(); --count) end = text.find('\n', end) + 1;
  return std::string(text.substr(0, end));
}

std::optional<json::value> read_stats(std::string_view body) {
  json::error_code error;
  json::value stats = json::parse({body.data(), body.size()}, error);
  if (error || member(&stats, "store") == nullptr || member(&stats, "requests") == nullptr)
    return std::nullopt;
  return stats;
}

}  // namespace

std::optional<std::string> top_view(std::string_view before,
                                    std::string_view after,
                                    Duration elapsed,
                                    ScreenSize screen) {
  auto first = read_stats(before);
  const auto second = read_stats(after);
  if (!first || !second) return std::nullopt;
  const bool restarted = number(&*second, "uptime_s") < number(&*first, "uptime_s");
  if (restarted) first = json::value();
  const double milliseconds = static_cast<double>(std::max(elapsed, Duration{1}).count());
  const Rates rates{milliseconds / 1000.0};
  std::string out;
  add_summary(out, *first, *second, rates);
  std::vector<RouteCounts> routes = busiest_first(*first, *second);
  const std::size_t room = screen.lines > kLinesAbove ? screen.lines - kLinesAbove : 0;
  routes.resize(std::min(routes.size(), room));
  add_table(out, routes, rates, screen.columns);
  return first_lines(out, screen.lines);
}

}  // namespace hawkcache::cli
