#include "shared_store/redis_lookup.hpp"

#include "shared_store/stored_format.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

namespace hawkcache::shared_store {

namespace {

// Read in one go, they have to be held.
constexpr std::uint64_t kMostReadBytes = 64u << 20;

Hash128 variant_under(const store::VariantSelector& selector, const caching::VaryNames* names) {
  std::string secondary_key;
  if (names != nullptr && !names->empty()) selector.append_secondary_key(secondary_key, *names);
  return variant_hash(selector.rule_fingerprint(), names, secondary_key);
}

RejectedValue rejected(DecodeFailure failure) {
  switch (failure) {
    case DecodeFailure::not_ours:
      return RejectedValue::foreign;
    case DecodeFailure::other_version:
      return RejectedValue::version;
    case DecodeFailure::truncated:
      return RejectedValue::truncated;
    case DecodeFailure::checksum:
      return RejectedValue::checksum;
    case DecodeFailure::malformed:
      break;
  }
  return RejectedValue::malformed;
}

bool is_in(const VariantIndex& index, const Hash128& variant) {
  return std::any_of(index.variants.begin(), index.variants.end(), [&](const IndexedVariant& one) {
    return one.variant == variant;
  });
}

}  // namespace

std::vector<Hash128> selected_variants(const VariantIndex& index,
                                       const store::VariantSelector& selector) {
  std::vector<Hash128> variants;
  std::vector<const caching::VaryNames*> seen;
  for (const IndexedVariant& one : index.variants) {
    const caching::VaryNames& names = one.record.vary;
    const bool known = std::any_of(
        seen.begin(), seen.end(), [&](const caching::VaryNames* other) { return *other == names; });
    if (known) continue;
    seen.push_back(&names);
    const Hash128 variant = variant_under(selector, &names);
    if (is_in(index, variant)) variants.push_back(variant);
  }
  return variants;
}

std::vector<Hash128> all_variants(const VariantIndex& index) {
  std::vector<Hash128> variants;
  for (const IndexedVariant& one : index.variants) {
    variants.push_back(one.variant);
  }
  return variants;
}

void keep_what_fits(std::vector<Hash128>& variants, std::uint64_t max_object) {
  const std::uint64_t fit = kMostReadBytes / std::max<std::uint64_t>(max_object, 1);
  const auto most = static_cast<std::size_t>(std::clamp<std::uint64_t>(fit, 1, kMostRead));
  if (variants.size() > most) variants.resize(most);
}

Hash128 variant_of(const store::VariantSelector& selector,
                   const std::shared_ptr<const caching::VaryNames>& names) {
  return variant_under(selector, names.get());
}

redis::Command ask_for_index(const RedisCore& core, const Hash128& key) {
  const std::string name = core.names.index(key);
  return redis::Command(name, {"HGETALL", name});
}

redis::Command ask_for_values(const RedisCore& core,
                              const std::vector<std::string>& names,
                              Counter counter) {
  const std::string counter_name = core.names.epoch();
  std::vector<std::string_view> words{"MGET"};
  words.insert(words.end(), names.begin(), names.end());
  if (counter == Counter::beside) words.push_back(counter_name);
  return redis::Command(names.front(), words);
}

redis::Command ask_for_counter(const RedisCore& core) {
  const std::string name = core.names.epoch();
  return redis::Command(name, {"GET", name});
}

store::NewResponsePtr admit_value(RedisCore& core,
                                  const caching::KeyView& key,
                                  std::string value,
                                  const std::string& name) {
  auto decoded = decode_response(std::move(value), name);
  if (const auto* failure = std::get_if<DecodeFailure>(&decoded)) {
    core.figures.reject(rejected(*failure));
    return nullptr;
  }
  store::StoredParts& parts = std::get<store::StoredParts>(decoded);
  if (parts.key != key.text) return nullptr;
  if (parts.sequence > core.redis_clock.highest_sequence()) parts.sequence = 0;
  const store::Trust trust = core.fence.admit(parts);
  // Looked at after the local epoch was taken: a purge that Redis did not take is raised locally,
  // and then the link is left. Either that is seen here, or what the link's end distrusts is met by
  // the epoch.
  if (trust == store::Trust::distrusted || !core.link.admits()) return nullptr;
  auto response = core.memory ? core.memory->make(parts) : store::StoredResponse::make(parts);
  if (response->vouch(core.local) == store::Trust::distrusted) return nullptr;
  return response;
}

void sort_newest_first(store::Found& found) {
  std::sort(found.begin(),
            found.end(),
            [](const store::StoredResponsePtr& a, const store::StoredResponsePtr& b) {
              return a->sequence() > b->sequence();
            });
}

}  // namespace hawkcache::shared_store
