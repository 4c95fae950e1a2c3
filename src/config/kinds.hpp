// The kinds of values a key can have: how each is read, and how it is described in the reference
// and in the JSON Schema. Built once at start-up, read-only afterwards.
#pragma once

#include "config/json_text.hpp"
#include "config/reader.hpp"
#include "config/suggest.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace hawkcache::config {

// A value that is part of the language but cannot be had yet, and what to write meanwhile.
struct Unavailable {
  std::string value;
  std::string instead;
};

struct Description {
  std::string type;    // for people: "duration", "list of header names"
  std::string schema;  // for editors: a JSON Schema, without description and default
  std::vector<Unavailable> unavailable;
};

template <class V>
struct ValueKind {
  Description description;
  // Reports what is wrong (with `name`, the key's full name) and returns nullopt.
  std::function<std::optional<V>(Reader&, const YamlNode&, const std::string& name)> read;
};

// A scalar that `parse` turns into a V. `what` is the expectation in an error, "a duration such as
// 60s".
template <class V>
ValueKind<V> scalar_kind(Description description,
                         std::string what,
                         std::function<std::variant<V, SyntaxError>(std::string_view)> parse) {
  auto read =
      [what = std::move(what), parse = std::move(parse)](
          Reader& reader, const YamlNode& node, const std::string& name) -> std::optional<V> {
    const auto text = reader.text(node, name, what);
    if (!text) return std::nullopt;
    return accept<V>(reader, node, *text, name, parse(*text));
  };
  return {std::move(description), std::move(read)};
}

// The same, with the place where the value stands.
template <class V>
ValueKind<Located<V>> located(ValueKind<V> inner) {
  auto read = [inner](Reader& reader,
                      const YamlNode& node,
                      const std::string& name) -> std::optional<Located<V>> {
    auto value = inner.read(reader, node, name);
    if (!value) return std::nullopt;
    return Located<V>{std::move(*value), node.position.line, node.position.column};
  };
  return {inner.description, std::move(read)};
}

enum class ListForm {
  list_only,
  single_too,  // one value may stand without brackets
};
enum class EmptyList { allowed, refused };

Description list_description(const Description& item,
                             const std::string& type,
                             ListForm form,
                             EmptyList empty);
// Reports a node that is no list, or an empty one where that is refused.
bool check_list(Reader& reader,
                const YamlNode& node,
                const std::string& name,
                const std::string& type,
                EmptyList empty);

// Says what a value is called where it stands twice; none: repetition is allowed.
template <class V>
using ShowRepeated = std::function<std::string(const V&)>;

// Where some values are wrong, the others come back and the node is marked as bad: they are still
// checked further.
template <class V>
ValueKind<std::vector<V>> list_kind(ValueKind<V> item,
                                    std::string type,
                                    ListForm form = ListForm::list_only,
                                    EmptyList empty = EmptyList::allowed,
                                    ShowRepeated<V> show_repeated = {}) {
  Description description = list_description(item.description, type, form, empty);
  auto read = [=, item = std::move(item)](
                  Reader& reader,
                  const YamlNode& node,
                  const std::string& name) -> std::optional<std::vector<V>> {
    std::vector<V> values;
    if (node.kind == YamlNode::Kind::scalar && form == ListForm::single_too) {
      auto value = item.read(reader, node, name);
      if (!value) return std::nullopt;
      values.push_back(std::move(*value));
      return values;
    }
    if (!check_list(reader, node, name, type, empty)) return std::nullopt;
    for (const YamlNode* child : node.items) {
      auto value = item.read(reader, *child, name);
      const bool repeated =
          value && show_repeated && std::find(values.begin(), values.end(), *value) != values.end();
      if (repeated) {
        reader.error(
            child->position,
            fmt::format(
                "{}: {} is named twice; remove one", name, in_quotes(show_repeated(*value))));
      }
      if (!value || repeated) {
        reader.mark_bad(node);
      } else {
        values.push_back(std::move(*value));
      }
    }
    return values;
  };
  return {std::move(description), std::move(read)};
}

template <class E>
struct Choice {
  std::string name;
  E value{};
};

template <class E>
ValueKind<E> choice_kind(std::vector<Choice<E>> choices) {
  std::vector<std::string> names;
  Description description;
  for (const Choice<E>& choice : choices) names.push_back(choice.name);
  description.type = join(names, " | ");
  description.schema = json_choice(names);
  auto read = [choices = std::move(choices), names](Reader& reader,
                                                    const YamlNode& node,
                                                    const std::string& name) -> std::optional<E> {
    const auto text = reader.text(node, name, "one of " + join(names));
    if (!text) return std::nullopt;
    for (const Choice<E>& choice : choices) {
      if (*text == choice.name) return choice.value;
    }
    const std::string hint = did_you_mean(*text, names);
    reader.error(
        node.position,
        fmt::format("{}: {} is not one of {}{}", name, in_quotes(*text), join(names), hint));
    return std::nullopt;
  };
  return {std::move(description), std::move(read)};
}

ValueKind<bool> boolean_kind();
ValueKind<std::size_t> integer_kind(std::uint64_t min, std::uint64_t max);
// The least that a wait may take where 0 would mean none.
inline constexpr Duration kMillisecond{1};
ValueKind<Duration> duration_kind(Duration min = Duration{0}, Duration max = Duration::max());
ValueKind<std::uint64_t> size_kind(std::uint64_t min = 0);
ValueKind<Endpoint> endpoint_kind();
ValueKind<UpstreamServer> server_kind();
ValueKind<RedisUrl> redis_url_kind();
// What names in Redis begin with: no blanks, no control bytes, and no braces, which would decide on
// the slot in a cluster.
ValueKind<std::string> redis_prefix_kind();
ValueKind<AccessLog> access_log_kind();

enum class EmptyText { allowed, refused };
// Text without control bytes.
ValueKind<std::string> text_kind(std::string type, EmptyText empty, std::size_t max_length);

// The admin token: what fits into "Authorization: Bearer ..."; nothing at all means none.
ValueKind<std::string> token_kind();

// The values of a rule (kinds_route.cpp).
ValueKind<std::string>
template_kind();  // its placeholders are checked once the rule's path is known
ValueKind<PathPattern> path_kind();
ValueKind<std::string> method_kind();
ValueKind<std::string> route_host_kind();
ValueKind<std::string> header_name_kind();  // in lower case
ValueKind<std::string> cookie_name_kind();
ValueKind<std::string> query_pattern_kind();
ValueKind<std::string> normalised_header_kind();
ValueKind<BypassCondition> bypass_kind();
ValueKind<CookieRule> cookies_kind();
ValueKind<std::optional<Duration>> ttl_kind();
ValueKind<std::map<int, Duration>> statuses_kind();
ValueKind<std::optional<std::string>> client_cache_control_kind();

}  // namespace hawkcache::config
