#include "caching/vary.hpp"

#include "base/ascii.hpp"
#include "caching/cache_key.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <tuple>
#include <utility>

namespace hawkcache::caching {
namespace {

constexpr std::array<std::string_view, 7> kCredentials = {"authorization",
                                                          "cookie",
                                                          "proxy-authorization",
                                                          "x-access-token",
                                                          "x-api-key",
                                                          "x-auth-token",
                                                          "x-csrf-token"};

bool is_weighted_list(std::string_view lower_case_name) noexcept {
  return lower_case_name == "accept-language" || lower_case_name == "accept-encoding" ||
         lower_case_name == "accept-charset";
}

// weight = OWS ";" OWS "q=" qvalue, in thousandths (RFC 9110 section 12.4.2). nullopt: not a
// qvalue.
std::optional<unsigned> parse_qvalue(std::string_view text) noexcept {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  unsigned thousandths = text[0] == '1' ? 1000 : 0;
  unsigned digit_value = 100;
  for (std::size_t i = 2; i < text.size(); ++i, digit_value /= 10) {
    if (!ascii::is_digit(text[i])) return std::nullopt;
    thousandths += digit_value * static_cast<unsigned>(text[i] - '0');
  }
  return thousandths <= 1000 ? std::optional(thousandths) : std::nullopt;
}

struct WeightedMember {
  std::string name;
  unsigned weight = 1000;
};

std::string without_blanks(std::string_view text) {
  std::string kept;
  for (const char c : text) {
    if (c != ' ' && c != '\t') kept += ascii::to_lower(c);
  }
  return kept;
}

// A member whose weight cannot be read keeps its text, as a name of its own.
WeightedMember read_weighted(std::string_view member) {
  WeightedMember read{without_blanks(member), 1000};
  const auto parameter = read.name.find(";q=");
  if (parameter == std::string::npos) return read;
  if (const auto weight = parse_qvalue(std::string_view(read.name).substr(parameter + 3))) {
    read.weight = *weight;
    read.name.resize(parameter);
  }
  return read;
}

void append_weight(std::string& out, unsigned thousandths) {
  if (thousandths == 1000) return;
  out += ";q=0";
  if (thousandths == 0) return;
  out += '.';
  for (unsigned digit_value = 100; thousandths != 0; digit_value /= 10) {
    out += static_cast<char>('0' + thousandths / digit_value);
    thousandths %= digit_value;
  }
}

// What a client may make us sort per request has an end; no list that means something is so long.
constexpr std::size_t kMaxWeightedSize = 1024;
constexpr std::size_t kMaxWeightedMembers = 64;

// nullopt: too long to be looked into.
std::optional<std::vector<WeightedMember>> read_weighted_list(std::string_view value) {
  if (value.size() > kMaxWeightedSize) return std::nullopt;
  std::vector<WeightedMember> members;
  ascii::ListReader reader(value);
  while (const auto member = reader.next()) {
    if (members.size() == kMaxWeightedMembers) return std::nullopt;
    members.push_back(read_weighted(*member));
  }
  return members;
}

std::string normalize_weighted(std::string_view value) {
  auto read = read_weighted_list(value);
  if (!read) return std::string(value);
  std::vector<WeightedMember>& members = *read;
  // One language or coding named twice counts with its first place in this order.
  std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) {
    return std::tie(b.weight, a.name) < std::tie(a.weight, b.name);
  });
  std::string out;
  for (const WeightedMember& member : members) {
    if (!out.empty()) out += ',';
    out += member.name;
    append_weight(out, member.weight);
  }
  return out;
}

std::string normalize_list(std::string_view value) {
  std::string out;
  ascii::ListReader reader(value);
  while (const auto member = reader.next()) {
    if (!out.empty()) out += ',';
    out += *member;
  }
  return out;
}

// Fields that this proxy writes into each request: what the origin selects by is not what the
// client sent. Scheme and host, which X-Forwarded-Proto and X-Forwarded-Host tell, are in the key
// already.
enum class WrittenByUs : std::uint8_t { no, as_the_key_has_it, beyond_the_key };
WrittenByUs written_by_us(std::string_view lower_case_name) noexcept {
  if (lower_case_name == "x-forwarded-proto" || lower_case_name == "x-forwarded-host") {
    return WrittenByUs::as_the_key_has_it;
  }
  const bool beyond_the_key = lower_case_name == "x-forwarded-for" || lower_case_name == "via" ||
                              lower_case_name == "x-request-id" || lower_case_name == "cdn-loop";
  return beyond_the_key ? WrittenByUs::beyond_the_key : WrittenByUs::no;
}

// Fields that are no lists, though their values may hold commas: a blank in them may mean
// something.
constexpr std::array<std::string_view, 12> kSingletons = {"content-type",
                                                          "date",
                                                          "from",
                                                          "host",
                                                          "if-modified-since",
                                                          "if-range",
                                                          "if-unmodified-since",
                                                          "origin",
                                                          "range",
                                                          "referer",
                                                          "user-agent",
                                                          "x-forwarded-host"};

bool is_singleton(std::string_view lower_case_name) noexcept {
  return std::binary_search(kSingletons.begin(), kSingletons.end(), lower_case_name);
}

// Drops the blanks around commas, from `begin` on, but not within quoted strings.
void drop_blanks_around_commas(std::string& text, std::size_t begin) {
  std::size_t kept = begin;
  bool quoted = false;
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  for (std::size_t i = begin; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') quoted = !quoted;
    if (quoted && c == '\\' && i + 1 < text.size()) text[kept++] = text[i++];
    if (!quoted && c == ',') {
      while (kept > begin && is_blank(text[kept - 1])) --kept;
      text[kept++] = c;
      while (i + 1 < text.size() && is_blank(text[i + 1])) ++i;
      continue;
    }
    text[kept++] = text[i];
  }
  text.resize(kept);
}

// All lines of a field as one value, without copying where there is one line.
class CombinedValue {
 public:
  CombinedValue(http::FieldsView fields, std::string_view lower_case_name) {
    const http::FieldName id = http::parse_field_name(lower_case_name);
    for (const http::Field& field : fields) {
      if (!http::has_name(field, id, lower_case_name)) continue;
      if (lines_++ == 0) {
        single_ = field.value;
        continue;
      }
      if (lines_ == 2) joined_ = single_;
      joined_.append(", ").append(field.value);
    }
  }
  std::optional<std::string_view> get() const noexcept {
    if (lines_ == 0) return std::nullopt;
    return lines_ == 1 ? single_ : std::string_view(joined_);
  }

 private:
  std::size_t lines_ = 0;
  std::string_view single_;
  std::string joined_;
};

}  // namespace

std::variant<std::shared_ptr<const VaryNames>, VaryStar> parse_vary(http::FieldsView response) {
  VaryNames names;
  bool star = false;
  response.for_each(http::FieldName::vary, [&](std::string_view line) {
    ascii::ListReader members(line);
    while (const auto member = members.next()) {
      // "A list containing the member "*" signals that other aspects of the request might have
      // played a role in selecting the response representation" (RFC 9110 section 12.5.5). So does
      // a member that is no field name: nobody can tell what it selects by. And one that is written
      // anew for each request selects by something that is not the client's.
      std::string name = ascii::to_lower(*member);
      const WrittenByUs written = written_by_us(name);
      star |= name == "*" || !ascii::is_token(name) || written == WrittenByUs::beyond_the_key;
      if (written == WrittenByUs::no) names.push_back(std::move(name));
    }
  });
  if (star) return VaryStar{};
  if (names.empty()) return std::shared_ptr<const VaryNames>();
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return std::make_shared<const VaryNames>(std::move(names));
}

bool is_credential(std::string_view lower_case_name) noexcept {
  return std::find(kCredentials.begin(), kCredentials.end(), lower_case_name) != kCredentials.end();
}

// "The selecting header fields from two requests are defined to match if and only if those in the
// first request can be transformed to those in the second request by applying any of the following:
// adding or removing whitespace, where allowed in the header field's syntax; combining multiple
// header field lines with the same field name; normalizing both header field values in a way that
// is known to have identical semantics" (RFC 9111 section 4.1)
void append_selecting_field(std::string& out,
                            std::string_view lower_case_name,
                            http::FieldsView request,
                            std::span<const std::string> normalize) {
  const CombinedValue combined(request, lower_case_name);
  const auto value = combined.get();
  // "If (after any normalization that might take place) a header field is absent from a request, it
  // can only match another request if it is also absent there."
  if (!value) return append_key_part(out, kFieldPart, lower_case_name, std::nullopt);
  if (is_credential(lower_case_name)) {
    return append_secret_key_part(out, kFieldPart, lower_case_name, *value);
  }
  if (std::find(normalize.begin(), normalize.end(), lower_case_name) != normalize.end()) {
    return append_key_part(
        out, kFieldPart, lower_case_name, normalize_value(lower_case_name, *value));
  }
  append_key_part(out, kFieldPart, lower_case_name, *value);
}

// "adding or removing whitespace, where allowed in the header field's syntax": any hop may combine
// the lines of a list into one "separated by a comma and optional whitespace" (RFC 9110
// section 5.3), so blanks around a list's commas mean nothing.
void append_secondary_key(std::string& out,
                          const VaryNames& names,
                          http::FieldsView request,
                          std::span<const std::string> normalize) {
  for (const std::string& name : names) {
    const std::size_t begin = out.size();
    append_selecting_field(out, name, request, normalize);
    if (!is_singleton(name)) drop_blanks_around_commas(out, begin);
  }
}

std::string preferred_language(std::string_view accept_language) {
  auto members = read_weighted_list(accept_language);
  if (!members) return {};
  WeightedMember* best = nullptr;
  bool alone = false;
  for (WeightedMember& range : *members) {
    if (best != nullptr && range.weight < best->weight) continue;
    alone = best == nullptr || range.weight > best->weight;
    best = &range;
  }
  return alone && best->weight > 0 ? std::move(best->name) : std::string();
}

// Walks both keys part by part; the names are the same and in the same order.
bool matches_by_language(const SelectedByLanguage& stored,
                         std::string_view request_key,
                         std::string_view preferred,
                         std::span<const std::string> normalize) {
  constexpr std::string_view kName = "accept-language";
  if (preferred.empty() || !ascii::equals_ignoring_case(preferred, stored.content_language)) {
    return false;
  }
  if (std::find(normalize.begin(), normalize.end(), kName) == normalize.end()) return false;
  if (std::find(stored.names.begin(), stored.names.end(), kName) == stored.names.end()) {
    return false;
  }
  std::string_view stored_key = stored.secondary_key;
  for (const std::string& name : stored.names) {
    const std::string_view stored_part = take_key_part(stored_key);
    const std::string_view request_part = take_key_part(request_key);
    if (name != kName && stored_part != request_part) return false;
  }
  return true;
}

std::string normalize_value(std::string_view lower_case_name, std::string_view value) {
  return is_weighted_list(lower_case_name) ? normalize_weighted(value) : normalize_list(value);
}

}  // namespace hawkcache::caching
