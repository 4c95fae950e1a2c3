#include "micro.hpp"

#include "caching/cache_key.hpp"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace hawkcache::bench {
namespace {

using Kind = proxy::PathPatternSegment::Kind;

constexpr std::pair<std::string_view, std::string_view> kFields[] = {
    {"Host", kHost},
    {"User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"},
    {"Accept", "application/json, text/plain, */*"},
    {"Accept-Language", "en-US,en;q=0.5"},
    {"Accept-Encoding", "gzip, deflate, br"},
    {"Referer", "https://www.example.com/users"},
    {"Origin", "https://www.example.com"},
    {"Connection", "keep-alive"},
    {"Sec-Fetch-Dest", "empty"},
    {"Sec-Fetch-Mode", "cors"},
    {"Sec-Fetch-Site", "same-site"},
    {"X-Request-Id", "000000000042"}};

std::vector<proxy::RuleTemplate> make_tags(std::int64_t count) {
  using Part = proxy::TemplatePart;
  std::vector<proxy::RuleTemplate> tags;
  for (std::int64_t i = 0; i < count; ++i) {
    tags.emplace_back(std::vector<Part>{{Part::Kind::literal, fmt::format("tag{}:", i), 0},
                                        {Part::Kind::path_parameter, "id", 0}});
  }
  return tags;
}

}  // namespace

Benchmark* add(const Choice& choice,
               const char* name,
               void (*body)(benchmark::State&),
               std::int64_t usual_iterations) {
  Benchmark* added = benchmark::RegisterBenchmark(name, body);
  const std::int64_t iterations = choice.iterations > 0 ? choice.iterations : usual_iterations;
  return iterations > 0 ? added->Iterations(iterations) : added;
}

std::string request_head(std::string_view target, Differs differs) {
  std::string text = fmt::format("GET {} HTTP/1.1\r\n", target);
  for (const auto& [name, value] : kFields) {
    const bool other = differs == Differs::in_every_line ||
                       (differs == Differs::in_one_line && name == "X-Request-Id");
    text += fmt::format("{}: {}{}\r\n", name, value, other ? "1" : "");
  }
  return text += "\r\n";
}

ParsedRequest::ParsedRequest(std::string_view target)
    : text_(request_head(target)), parser_(http::HeadLimits{}) {
  if (parser_.feed(text_) != http::Feed::complete) throw std::logic_error("not a request");
  decision_ = http::parse_target(parser_.head());
  if (decision_.error != http::TargetError::none) throw std::logic_error("not a target");
}

std::vector<proxy::Route> make_routes(std::int64_t rules, std::int64_t tags) {
  std::vector<proxy::Route> routes;
  for (std::int64_t i = 0; i + 1 < rules; ++i) {
    proxy::Route route;
    route.name = fmt::format("route {}", i);
    route.methods = {"GET", "HEAD"};
    route.policy.ttl = Duration(60'000);
    route.tags = make_tags(tags);
    route.pattern = {{Kind::literal, fmt::format("v{}", i % 3)},
                     {Kind::literal, fmt::format("resource{}", i)},
                     {Kind::int_, "id"}};
    if (i % 2 == 1) {
      route.pattern.push_back({Kind::literal, "items"});
      route.pattern.push_back({Kind::str, "item"});
    }
    routes.push_back(std::move(route));
  }
  proxy::Route rest;
  rest.name = "rest";
  rest.methods = {"GET"};
  rest.pattern = {{Kind::path, "rest"}};
  routes.push_back(std::move(rest));
  return routes;
}

std::string last_path(std::int64_t rules) {
  const std::int64_t last = rules - 2;
  return fmt::format("/v{}/resource{}/12345{}", last % 3, last, last % 2 == 1 ? "/items/abc" : "");
}

std::string object_path(std::int64_t number) { return fmt::format("/v2/resource8/{}", number); }

std::string object_key(std::int64_t number) {
  std::string key;
  caching::append_key_uri(key, "http", kHost, object_path(number), std::nullopt);
  return key;
}

store::StoredParts object_parts(std::int64_t number) {
  store::StoredParts parts;
  parts.key = object_key(number);
  parts.authority = kHost;
  parts.path_and_query = object_path(number);
  parts.meta.freshness.response_time = kNow;
  parts.meta.freshness.lifetime = std::chrono::hours(1);
  parts.meta.validators.entity_tag = "\"1f-5a\"";
  parts.meta.tags = {"users", fmt::format("users:{}", number)};
  parts.head =
      "HTTP/1.1 200 OK\r\nDate: Tue, 02 Dec 2025 10:00:00 GMT\r\nServer: origin\r\n"
      "Content-Type: application/json\r\nCache-Control: public, max-age=3600\r\nETag: \"1f-5a\"\r\n"
      "X-Content-Type-Options: nosniff\r\nVia: 1.1 hawkcache\r\n";
  parts.body = {SharedBytes::copy_of(std::string(1024, 'x'))};
  return parts;
}

std::unique_ptr<store::LocalStore> make_store(std::uint64_t entries) {
  store::MemoryStoreSettings settings;
  settings.max_size = std::uint64_t{16} << 30;  // entries are what limits it
  settings.max_entries = entries;
  return store::make_memory_store(settings);
}

bool put(store::LocalStore& store, store::StoredParts parts) {
  const store::FetchTicket ticket = store.begin_fetch(kNow);
  parts.epoch = ticket.epoch();
  parts.sequence = ticket.sequence();
  return store.put_now(store.make(std::move(parts))) == store::PutResult::stored;
}

void fill(store::LocalStore& store, std::int64_t objects) {
  for (std::int64_t i = 0; i < objects; ++i) {
    if (!put(store, object_parts(i))) throw std::logic_error("the store does not take an object");
  }
}

}  // namespace hawkcache::bench
