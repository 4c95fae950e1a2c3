// The table of keys: the keys of a rule.
#include "config/keys.hpp"

namespace hawkcache::config {
namespace {

using T = RouteConfig;

// A list in which nothing stands twice.
ValueKind<std::vector<std::string>> distinct(ValueKind<std::string> item,
                                             std::string type,
                                             EmptyList empty = EmptyList::allowed) {
  return list_kind<std::string>(
      std::move(item), std::move(type), ListForm::list_only, empty, [](const std::string& text) {
        return text;
      });
}

ValueKind<std::vector<Located<std::string>>> templates() {
  return list_kind(located(template_kind()), "list of templates");
}

const Section<QueryRule>& query_section() {
  using Q = QueryRule;
  const auto patterns = [] { return distinct(query_pattern_kind(), "list of parameter names"); };
  static const Section<Q> section{
      "query",
      "query.",
      {
          value_key<Q>("ignore",
                       &Q::ignore,
                       patterns(),
                       "[]",
                       "Parameters that are removed, from the key and from what is forwarded; "
                       "`utm_*` takes a beginning."),
          value_key<Q>("only",
                       &Q::only,
                       patterns(),
                       "all",
                       "The only parameters that are kept; `[]` drops the whole query."),
          value_key<Q>("sort",
                       &Q::sort,
                       boolean_kind(),
                       "false",
                       "Sort the parameters by name, in the key and in what is forwarded."),
      },
      [](Reader& reader, const YamlNode& node, Q& query) {
        if (query.only && !query.ignore.empty()) {
          reader.error(
              node.find("ignore")->position,
              "query: `only` already removes every other parameter; remove `ignore` or `only`");
        }
      }};
  return section;
}

// `query` replaces what `defaults` said as a whole, as every other key does.
Key<T> query_key() {
  Key<T> key = section_key<T>("query", &T::query, query_section(), "How the query counts.");
  key.read = [](Reader& reader, const YamlNode& node, const std::string&, T& route) {
    route.query = QueryRule{};
    read_section(reader, query_section(), node, route.query);
  };
  return key;
}

std::vector<Key<T>> matching_keys() {
  std::vector<Key<T>> keys;
  keys.push_back(
      value_key<T>("name",
                   &T::name,
                   text_kind("text", EmptyText::refused, 256),
                   "the path",
                   "For logs, metrics and explain; unique. Stored entries belong to this name."));
  keys.push_back(value_key<T>(
      "path",
      &T::path,
      located(path_kind()),
      "required",
      "Which paths: `/users/{user_id:int}`; converters str, int, float, uuid, slug, path."));
  keys.push_back(value_key<T>("methods",
                              &T::methods,
                              distinct(method_kind(), "list of methods", EmptyList::refused),
                              "[GET, HEAD]",
                              "Whose requests the rule is for."));
  keys.push_back(
      value_key<T>("hosts",
                   &T::hosts,
                   distinct(route_host_kind(), "list of hosts", EmptyList::refused),
                   "all",
                   "Only requests for these hosts; one without a port stands for every port."));
  return keys;
}

std::vector<Key<T>> lifetime_keys() {
  std::vector<Key<T>> keys;
  keys.push_back(value_key<T>(
      "ttl",
      &T::ttl,
      ttl_kind(),
      "60s",
      "The lifetime where the origin gives none; `origin`: only what the origin gives."));
  keys.push_back(
      value_key<T>("override",
                   &T::override_origin,
                   boolean_kind(),
                   "false",
                   "Whether `ttl` wins over what the origin says, no-store and private included."));
  keys.push_back(
      value_key<T>("stale_while_revalidate",
                   &T::stale_while_revalidate,
                   duration_kind(),
                   "0s",
                   "How long after its lifetime a response may be served while it is refreshed."));
  keys.push_back(
      value_key<T>("stale_if_error",
                   &T::stale_if_error,
                   duration_kind(),
                   "0s",
                   "How long after its lifetime a response may be served while the origin fails."));
  keys.push_back(value_key<T>(
      "statuses",
      &T::statuses,
      statuses_kind(),
      "{}",
      "Statuses that are stored beside 2xx, with their own lifetimes: `{ 404: 10s }`."));
  keys.push_back(value_key<T>(
      "heuristic",
      &T::heuristic,
      boolean_kind(),
      "false",
      "A lifetime from Last-Modified where nothing else gives one (RFC 9111 section 4.2.2)."));
  return keys;
}

std::vector<Key<T>> key_keys() {
  std::vector<Key<T>> keys;
  keys.push_back(value_key<T>("tags",
                              &T::tags,
                              templates(),
                              "[]",
                              "Tags for purging; templates such as `user:{user_id}`."));
  keys.push_back(
      value_key<T>("vary",
                   &T::vary,
                   distinct(header_name_kind(), "list of header names"),
                   "[]",
                   "Request headers whose values become part of the key; credentials are hashed."));
  keys.push_back(query_key());
  keys.push_back(value_key<T>("key",
                              &T::key,
                              located(template_kind()),
                              "scheme, host, path, query",
                              "A template that replaces the default key, `vary` included."));
  keys.push_back(value_key<T>(
      "normalize",
      &T::normalize,
      distinct(normalised_header_kind(), "list of header names"),
      "[]",
      "accept-language, accept-encoding: simplify these before they select a variant."));
  keys.push_back(value_key<T>(
      "coalesce",
      &T::coalesce,
      choice_kind<Coalesce>({{"node", Coalesce::node}, {"cluster", Coalesce::cluster}}),
      "node",
      "One fetch for many requests at once: on this node, or on all nodes that share a Redis."));
  return keys;
}

std::vector<Key<T>> privacy_keys() {
  std::vector<Key<T>> keys;
  keys.push_back(value_key<T>("bypass",
                              &T::bypass,
                              list_kind(bypass_kind(), "list of conditions"),
                              "[]",
                              "Bypass the cache when one of these is there: `[{ header: "
                              "authorization }, { cookie: session }, { query: nocache }]`."));
  keys.push_back(value_key<T>("cookies",
                              &T::cookies,
                              cookies_kind(),
                              "bypass",
                              "A request with Cookie: bypasses the cache, is treated as without "
                              "(but forwarded with it), or is keyed by the named ones."));
  keys.push_back(value_key<T>("set_cookie",
                              &T::set_cookie,
                              choice_kind<SetCookie>({{"refuse", SetCookie::refuse},
                                                      {"strip", SetCookie::strip},
                                                      {"store", SetCookie::store}}),
                              "refuse",
                              "A response with Set-Cookie: is not stored, stored without it, or "
                              "stored with it (on an explicit lifetime only)."));
  keys.push_back(
      value_key<T>("request_cache_control",
                   &T::request_cache_control,
                   choice_kind<RequestCacheControl>({{"ignore", RequestCacheControl::ignore},
                                                     {"honor", RequestCacheControl::honor}}),
                   "ignore",
                   "Whether a client's Cache-Control may steer the cache, and the answers to POST "
                   "and QUERY be stored."));
  keys.push_back(value_key<T>(
      "client_cache_control",
      &T::client_cache_control,
      client_cache_control_kind(),
      "keep",
      "The Cache-Control that clients see: the origin's, `no-store`, or any other text."));
  keys.push_back(value_key<T>("invalidates",
                              &T::invalidates,
                              templates(),
                              "[]",
                              "Tags that are purged when the origin answers 2xx or 3xx, before the "
                              "client gets the answer."));
  return keys;
}

std::vector<Key<T>> route_keys() {
  std::vector<Key<T>> keys = matching_keys();
  for (auto* part : {&lifetime_keys, &key_keys, &privacy_keys}) {
    for (Key<T>& key : (*part)()) keys.push_back(std::move(key));
  }
  return keys;
}

std::vector<Key<T>> defaults_keys() {
  std::vector<Key<T>> keys = route_keys();
  std::erase_if(
      keys, [](const Key<T>& key) { return key.info.name == "name" || key.info.name == "path"; });
  return keys;
}

}  // namespace

const Section<RouteConfig>& route_section() {
  static const Section<T> section{"a rule", "", route_keys(), {}};
  return section;
}

const Section<RouteConfig>& defaults_section() {
  static const Section<T> section{"defaults", "", defaults_keys(), {}};
  return section;
}

}  // namespace hawkcache::config
