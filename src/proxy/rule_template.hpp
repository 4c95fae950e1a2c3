// A compiled template of a rule: `user:{user_id}`, `{host}:{path}:{header.x-tenant}`. Compiled once
// at start from the parts that the configuration parsed; rendering looks nothing up by name but
// headers, cookies and query parameters. Immutable, shared by all threads.
#pragma once

#include "caching/tags.hpp"
#include "http/head.hpp"
#include "http/target.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hawkcache::proxy {

struct TemplatePart {
  enum class Kind : std::uint8_t {
    literal,
    path_parameter,
    method,
    scheme,
    host,
    path,
    query,
    query_parameter,
    header,
    cookie
  };
  Kind kind = Kind::literal;
  std::string text;           // the literal, or the (lower-case, for headers) name
  std::size_t parameter = 0;  // index among the rule's path parameters
};

// What a template may refer to. Views into the request's buffer and the planner's scratch.
struct TemplateInput {
  const http::RequestHead* request = nullptr;
  std::string_view scheme;
  std::string_view authority;
  std::string_view path;
  std::optional<std::string_view> query;           // as forwarded
  std::span<const std::string_view> parameters;    // converted: "7" for /users/007 with :int
  std::string_view method{};                       // instead of the request's own; empty: that
  std::size_t tag_length = caching::kMaxTagValue;  // bytes of one value in a tag
  std::span<const std::string> normalize{};        // fields taken in their canonical spelling
};

// {method} is GET for a HEAD too: both share one entry.
class RuleTemplate {
 public:
  explicit RuleTemplate(std::vector<TemplatePart> parts) : parts_(std::move(parts)) {}

  // A tag: values cleaned and cut (caching::clean_tag_value), absent ones empty, credentials in
  // header fields as digests. Of a repeated query parameter or cookie the first counts.
  void append_tag(std::string& out, const TemplateInput& input) const;

  // A part of a cache key: values are delimited so that none can forge another or a literal, and
  // absence differs from every value. Credentials and cookies go in as digests only. A query
  // parameter or cookie goes in as spelled and with all its repetitions, since the origin may read
  // any of them.
  void append_key(std::string& out, const TemplateInput& input) const;

  std::span<const TemplatePart> parts() const noexcept { return parts_; }

 private:
  std::vector<TemplatePart> parts_;
};

}  // namespace hawkcache::proxy
