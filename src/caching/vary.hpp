// Selecting header fields and the secondary key (RFC 9111 section 4.1). No value can forge another,
// absence differs from every value, and credentials (Authorization, Cookie ...) appear only as
// digests.
#pragma once

#include "caching/stored_meta.hpp"
#include "http/fields.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace hawkcache::caching {

struct VaryStar {};
// Over all Vary lines: VaryStar when any member is "*" or cannot be told from the client's request;
// null when there is no (non-empty) Vary.
std::variant<std::shared_ptr<const VaryNames>, VaryStar> parse_vary(http::FieldsView response);

// Names whose values are credentials: kept and shown only as digests.
bool is_credential(std::string_view lower_case_name) noexcept;

// Appends "name, present?, value" so that it cannot be confused with any other sequence of such.
// All lines of the field count as one value. `normalize` lists lower-case names whose values are
// brought to a canonical form first.
void append_selecting_field(std::string& out,
                            std::string_view lower_case_name,
                            http::FieldsView request,
                            std::span<const std::string> normalize);
// The secondary key of a request under these names; appended to `out`. Blanks around the commas of
// a list do not count.
void append_secondary_key(std::string& out,
                          const VaryNames& names,
                          http::FieldsView request,
                          std::span<const std::string> normalize);

// The one range of an Accept-Language that outweighs all others, in lower case; empty: there is
// none, or the list is too long to be normalised.
std::string preferred_language(std::string_view accept_language);

// A stored response and what it was selected by.
struct SelectedByLanguage {
  const VaryNames& names;
  std::string_view secondary_key;
  std::string_view content_language;  // its Content-Language; "" or a list matches nothing
};
// Whether a response whose secondary key is another than the request's answers it all the same:
// Accept-Language is normalised, all other selecting fields match, and the response is in the
// language that the request prefers to all others (`preferred`; "normalizing both header field
// values in a way that is known to have identical semantics", RFC 9111 section 4.1; for languages
// RFC 9110 section 12.5.4). `request_key` is the request's secondary key under the same names.
bool matches_by_language(const SelectedByLanguage& stored,
                         std::string_view request_key,
                         std::string_view preferred,
                         std::span<const std::string> normalize);

// A canonical spelling of a list with weights (Accept-Language, Accept-Encoding): lower case,
// without blanks, by falling weight and then by name, members of weight 0 last; other fields:
// blanks around commas removed. A list with weights that has more than 64 members or 1 KiB stays as
// it is: nobody can make a request cost much by it.
std::string normalize_value(std::string_view lower_case_name, std::string_view value);

}  // namespace hawkcache::caching
