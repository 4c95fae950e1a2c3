#include "shared_store/variant_index.hpp"

#include "base/ascii.hpp"
#include "shared_store/hex.hpp"
#include "shared_store/vary_text.hpp"

#include <algorithm>

namespace hawkcache::shared_store {
namespace {

// Milliseconds to the end of the year 9999.
constexpr std::int64_t kLatest = 253'402'300'799'999;
constexpr std::size_t kSequenceDigits = 16;

std::optional<caching::VaryNames> parse_names(std::string_view text) {
  caching::VaryNames names;
  const auto count = std::count(text.begin(), text.end(), ',') + 1;
  for (auto i = count; i > 0; --i) names.emplace_back(ascii::take_until(',', text));
  if (!is_well_formed(names)) return std::nullopt;
  return names;
}

}  // namespace

std::string format_variant_record(const VariantRecord& record) {
  const std::int64_t end =
      std::clamp<std::int64_t>(record.end_of_life.time_since_epoch().count(), 0, kLatest);
  std::string text = to_hex(record.sequence) + ' ' + std::to_string(end);
  char separator = ' ';
  for (const std::string& name : record.vary) {
    text += separator;
    text += name;
    separator = ',';
  }
  return text;
}

std::optional<VariantRecord> parse_variant_record(std::string_view text) {
  if (text.size() <= kSequenceDigits || text[kSequenceDigits] != ' ') return std::nullopt;
  const auto sequence = number_from_hex(text.substr(0, kSequenceDigits));
  text.remove_prefix(kSequenceDigits + 1);
  const bool varies = text.find(' ') != std::string_view::npos;
  const std::string_view digits = ascii::take_until(' ', text);
  const auto end = ascii::parse_digits(digits);
  if (!sequence || !end || *end > static_cast<std::uint64_t>(kLatest)) return std::nullopt;
  VariantRecord record{.sequence = *sequence,
                       .end_of_life = WallTime(Duration(static_cast<std::int64_t>(*end)))};
  if (!varies) return record;
  auto names = parse_names(text);
  if (!names) return std::nullopt;
  record.vary = std::move(*names);
  return record;
}

VariantIndex parse_variant_index(const redis::Reply& reply) {
  using Type = redis::Reply::Type;
  VariantIndex index;
  if (reply.is(Type::nil) || reply.is(Type::none)) return index;
  if (!reply.is(Type::array)) {
    index.malformed = 1;
    return index;
  }
  const std::size_t records = reply.elements.size() / 2;
  for (std::size_t i = 0; i < records; ++i) {
    const redis::Reply& field = reply.elements[2 * i];
    const redis::Reply& value = reply.elements[2 * i + 1];
    std::optional<Hash128> variant;
    std::optional<VariantRecord> record;
    if (field.is(Type::text) && value.is(Type::text) && i < kMostIndexed) {
      variant = hash_from_hex(field.text);
      record = parse_variant_record(value.text);
    }
    if (variant && record) {
      index.variants.push_back({*variant, std::move(*record)});
    } else {
      ++index.malformed;
    }
  }
  std::sort(index.variants.begin(), index.variants.end(), [](const auto& a, const auto& b) {
    return a.record.sequence > b.record.sequence;
  });
  return index;
}

}  // namespace hawkcache::shared_store
