#include "config/kinds.hpp"

#include "base/ascii.hpp"
#include "config/addresses.hpp"
#include "config/token_text.hpp"
#include "config/units.hpp"

#include <algorithm>

namespace hawkcache::config {
namespace {

const std::string kText = R"({"type":"string"})";

bool has_control_byte(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

// The words of YAML 1.1 and of others.
std::string_view meant_boolean(std::string_view text) {
  const std::string lower = ascii::to_lower(text);
  for (const std::string_view word : {"yes", "on", "y", "1", "true"})
    if (lower == word) return "true";
  for (const std::string_view word : {"no", "off", "n", "0", "false"})
    if (lower == word) return "false";
  return "one of the two";
}

}  // namespace

Description list_description(const Description& item,
                             const std::string& type,
                             ListForm form,
                             EmptyList empty) {
  const std::string array = fmt::format(R"({{"type":"array","items":{}{}}})",
                                        item.schema,
                                        empty == EmptyList::refused ? R"(,"minItems":1)" : "");
  std::string schema = form == ListForm::single_too
                           ? fmt::format(R"({{"anyOf":[{},{}]}})", item.schema, array)
                           : array;
  return {type, std::move(schema), item.unavailable};
}

bool check_list(Reader& reader,
                const YamlNode& node,
                const std::string& name,
                const std::string& type,
                EmptyList empty) {
  if (node.kind != YamlNode::Kind::sequence) {
    reader.error(
        node.position,
        fmt::format("{} must be a {}, not {}; write it in [ ], or as lines that begin with \"- \"",
                    name,
                    type,
                    kind_name(node.kind)));
    return false;
  }
  if (node.items.empty() && empty == EmptyList::refused) {
    reader.error(node.position,
                 fmt::format("{} is an empty list; name at least one, or remove the key", name));
    return false;
  }
  return true;
}

ValueKind<bool> boolean_kind() {
  const auto parse = [](std::string_view text) -> std::variant<bool, SyntaxError> {
    if (text == "true" || text == "True" || text == "TRUE") return true;
    if (text == "false" || text == "False" || text == "FALSE") return false;
    return SyntaxError{
        0,
        fmt::format(
            "{} is neither true nor false; write {}", in_quotes(text), meant_boolean(text))};
  };
  return scalar_kind<bool>(
      {"true | false", json_or_environment(R"({"type":"boolean"})"), {}}, "true or false", parse);
}

ValueKind<std::size_t> integer_kind(std::uint64_t min, std::uint64_t max) {
  const auto parse = [min, max](std::string_view text) -> std::variant<std::size_t, SyntaxError> {
    const auto number = ascii::parse_digits(text);
    if (number && *number >= min && *number <= max) return static_cast<std::size_t>(*number);
    return SyntaxError{
        0,
        fmt::format(
            "{} is not possible; write a whole number from {} to {}", in_quotes(text), min, max)};
  };
  const std::string schema =
      fmt::format(R"({{"type":"integer","minimum":{},"maximum":{}}})", min, max);
  return scalar_kind<std::size_t>({"number", json_or_environment(schema), {}},
                                  fmt::format("a whole number from {} to {}", min, max),
                                  parse);
}

ValueKind<Duration> duration_kind(Duration min, Duration max) {
  const auto parse = [min, max](std::string_view text) -> std::variant<Duration, SyntaxError> {
    auto parsed = parse_duration(text);
    const auto* value = std::get_if<Duration>(&parsed);
    if (value == nullptr || (*value >= min && *value <= max)) return parsed;
    const bool is_short = *value < min;
    return SyntaxError{0,
                       fmt::format("{} is too {}; the {} is {}",
                                   in_quotes(text),
                                   is_short ? "short" : "long",
                                   is_short ? "least" : "most",
                                   duration_text(is_short ? min : max))};
  };
  return scalar_kind<Duration>(
      {"duration", R"({"$ref":"#/$defs/duration"})", {}}, "a duration such as 60s", parse);
}

ValueKind<std::uint64_t> size_kind(std::uint64_t min) {
  const auto parse = [min](std::string_view text) -> std::variant<std::uint64_t, SyntaxError> {
    auto parsed = parse_size(text);
    const auto* value = std::get_if<std::uint64_t>(&parsed);
    if (value == nullptr || *value >= min) return parsed;
    return SyntaxError{
        0, fmt::format("{} is too small; the least is {}", in_quotes(text), size_text(min))};
  };
  return scalar_kind<std::uint64_t>(
      {"size", R"({"$ref":"#/$defs/size"})", {}}, "a size such as 64KiB", parse);
}

ValueKind<Endpoint> endpoint_kind() {
  return scalar_kind<Endpoint>(
      {"address", kText, {}}, "an address such as 0.0.0.0:8080", parse_endpoint);
}

ValueKind<UpstreamServer> server_kind() {
  const Unavailable https{"https://", "http://"};
  const auto parse = [https](std::string_view text) -> std::variant<UpstreamServer, SyntaxError> {
    auto parsed = parse_server_url(text);
    const auto* server = std::get_if<UpstreamServer>(&parsed);
    if (server == nullptr || server->scheme == UpstreamServer::Scheme::http) return parsed;
    return SyntaxError{
        0,
        fmt::format("{} is not available in this version yet; use {}", https.value, https.instead)};
  };
  return scalar_kind<UpstreamServer>(
      {"URL", json_or_environment(R"({"type":"string","pattern":"^https?://"})"), {https}},
      "a URL such as http://api:8000",
      parse);
}

ValueKind<RedisUrl> redis_url_kind() {
  const std::string schema = json_or_environment(
      R"({"type":"string","pattern":"^(redis|rediss|unix|redis\\+sentinel|redis\\+cluster)://"})");
  return scalar_kind<RedisUrl>(
      {"URL", schema, {}}, "a URL such as redis://host:6379/0", parse_redis_url);
}

ValueKind<std::string> redis_prefix_kind() {
  ValueKind<std::string> text = text_kind("text", EmptyText::refused, 256);
  auto read = [inner = text.read](Reader& reader,
                                  const YamlNode& node,
                                  const std::string& name) -> std::optional<std::string> {
    auto prefix = inner(reader, node, name);
    if (!prefix) return std::nullopt;
    const std::size_t at = prefix->find_first_of(" {}");
    if (at == std::string::npos) return prefix;
    reader.error(
        reader.position_in(node, *prefix, at),
        fmt::format("{}: a prefix has no blanks and no braces (in a cluster, braces decide "
                    "where a key lies); write one such as \"hawkcache:\"",
                    name));
    return std::nullopt;
  };
  return {std::move(text.description), std::move(read)};
}

ValueKind<AccessLog> access_log_kind() {
  const auto parse = [](std::string_view text) -> std::variant<AccessLog, SyntaxError> {
    if (text == "off") return AccessLog{AccessLog::Kind::off, {}};
    if (text == "stdout") return AccessLog{AccessLog::Kind::standard_output, {}};
    if (text.find('/') != std::string_view::npos && text.back() != '/' && !has_control_byte(text)) {
      return AccessLog{AccessLog::Kind::file, std::string(text)};
    }
    const std::vector<std::string> words{"off", "stdout"};
    const std::string hint = did_you_mean(text, words);
    return SyntaxError{
        0,
        fmt::format(
            "{} is neither off, stdout nor the path of a file{}",
            in_quotes(text),
            hint.empty() ? "; write a path with a /, such as /var/log/hawkcache.log" : hint)};
  };
  return scalar_kind<AccessLog>(
      {"off | stdout | path", kText, {}}, "off, stdout or the path of a file", parse);
}

ValueKind<std::string> text_kind(std::string type, EmptyText empty, std::size_t max_length) {
  const auto parse = [empty,
                      max_length](std::string_view text) -> std::variant<std::string, SyntaxError> {
    if (text.empty() && empty == EmptyText::refused)
      return SyntaxError{0, "the text is empty; write one, or remove the key"};
    if (text.size() > max_length) {
      return SyntaxError{
          0, fmt::format("the text has {} bytes; {} are the most", text.size(), max_length)};
    }
    if (has_control_byte(text))
      return SyntaxError{0, "control bytes are not allowed here; remove them"};
    return std::string(text);
  };
  return scalar_kind<std::string>({type, kText, {}}, "a " + type, parse);
}

ValueKind<std::string> token_kind() {
  auto inner = scalar_kind<std::string>(
      {"text", R"({"type":["string","null"]})", {}}, "a text", parse_token);
  auto read = [inner](Reader& reader,
                      const YamlNode& node,
                      const std::string& name) -> std::optional<std::string> {
    if (node.kind == YamlNode::Kind::null) return std::string();
    return inner.read(reader, node, name);
  };
  return {inner.description, std::move(read)};
}

}  // namespace hawkcache::config
