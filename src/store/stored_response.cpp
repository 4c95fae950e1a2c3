#include "store/stored_response.hpp"

#include "store/footprint.hpp"
#include "store/stored_plan.hpp"
#include "store/vary_pool.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

namespace hawkcache::store {

namespace {

// The reference counts that make_shared puts beside what it makes.
constexpr std::size_t kControlBlock = 16;
constexpr std::size_t kArrayControlBlock = 24;

std::size_t footprint_of(const caching::PartialContent& partial) noexcept {
  return heap_footprint(sizeof(caching::PartialContent) + kControlBlock) +
         heap_footprint(partial.parts.capacity() * sizeof(http::ByteRange));
}

std::optional<WallTime> time_of(std::optional<std::int64_t> count) noexcept {
  if (!count) return std::nullopt;
  return WallTime(Duration(*count));
}

}  // namespace

StoredParts copy_of(const StoredPartsView& parts) {
  return {.key = std::string(parts.key),
          .authority = std::string(parts.authority),
          .path_and_query = std::string(parts.path_and_query),
          .meta = parts.meta,
          .head = std::string(parts.head),
          .withheld = parts.withheld ? std::optional<std::string>(*parts.withheld) : std::nullopt,
          .body = {parts.body.begin(), parts.body.end()},
          .epoch = parts.epoch,
          .sequence = parts.sequence,
          .shared = parts.shared,
          .soft_purged_at = parts.soft_purged_at,
          .judged_at = parts.judged_at};
}

NewResponsePtr StoredResponse::make(const StoredPartsView& parts, CommonHeadRef common) {
  const Plan plan(parts, common);
  struct Free {
    void operator()(void* block) const noexcept { ::operator delete(block); }
  };
  std::unique_ptr<void, Free> block(::operator new(plan.block_size()));
  NewResponsePtr response(new (block.get()) StoredResponse(parts, std::move(common), plan));
  block.release();
  return response;
}

void intrusive_ptr_release(const StoredResponse* response) noexcept {
  if (response->references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  response->~StoredResponse();
  ::operator delete(const_cast<StoredResponse*>(response));
}

StoredResponse::StoredResponse(const StoredPartsView& parts,
                               CommonHeadRef&& common,
                               const Plan& plan)
    : checked_(parts.judged_at),
      sequence_(parts.sequence),
      rule_fingerprint_(parts.meta.rule_fingerprint),
      widths_(plan.numbers.widths()),
      texts_at_(static_cast<std::uint32_t>(plan.texts_at)),
      key_size_(static_cast<std::uint32_t>(parts.key.size())),
      head_size_(static_cast<std::uint32_t>(parts.head.size())),
      body_(static_cast<std::uint32_t>(plan.chunks > 0 ? plan.chunks : plan.body_size)),
      tag_count_(static_cast<std::uint32_t>(parts.meta.tags.size())),
      status_(static_cast<std::uint16_t>(parts.meta.status)) {
  const caching::Freshness& freshness = parts.meta.freshness;
  unsigned flags = static_cast<unsigned>(freshness.source) << kSourceShift;
  const auto set = [&flags](Flag flag, bool condition) {
    if (condition) flags |= flag;
  };
  set(kStaleForbidden, freshness.stale == caching::StalePermission::forbidden);
  set(kRevalidateAlways, freshness.revalidation == caching::Revalidation::always);
  set(kAuthorizedReuse, parts.meta.authorized_reuse == caching::AuthorizedReuse::allowed);
  set(kHasWithheld, parts.withheld.has_value());
  set(kHasVary, parts.meta.vary != nullptr);
  set(kHasPartial, parts.meta.partial != nullptr);
  set(kBodyInChunks, plan.chunks > 0);
  set(kHasCommonHead, bool{common});
  flags_ = static_cast<std::uint16_t>(flags);
  if (parts.soft_purged_at) {
    soft_purged_.store(parts.soft_purged_at->time_since_epoch().count(), std::memory_order_relaxed);
  }
  make_slots(parts, std::move(common), plan);
  copy_texts(parts, plan);
}

void StoredResponse::make_slots(const StoredPartsView& parts,
                                CommonHeadRef&& common,
                                const Plan& plan) {
  if (common) new (const_cast<CommonHeadRef*>(common_head_slot())) CommonHeadRef(std::move(common));
  if (has(kHasVary)) new (const_cast<VarySlot*>(vary_slot())) VarySlot(pooled(parts.meta.vary));
  if (has(kHasPartial)) new (const_cast<PartSlot*>(part_slot())) PartSlot(parts.meta.partial);
  if (tag_count_ > 0) {
    new (const_cast<TagTexts**>(tag_texts_slot())) TagTexts*(new TagTexts(parts.meta.tags));
  }
  if (!has(kBodyInChunks)) return;
  new (const_cast<std::uint64_t*>(body_size_slot())) std::uint64_t(plan.body_size);
  auto* slot = const_cast<SharedBytes*>(chunk_slots());
  for (const SharedBytes& chunk : parts.body) {
    if (!chunk.empty()) new (slot++) SharedBytes(chunk);
  }
}

void StoredResponse::copy_texts(const StoredPartsView& parts, const Plan& plan) {
  char* at = const_cast<char*>(block()) + sizeof(StoredResponse);
  const auto append = [&at](std::string_view text) {
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    at += text.size();
  };
  append(plan.numbers.bytes());
  at = const_cast<char*>(texts());
  append(parts.key);
  append(parts.head);
  if (!has(kBodyInChunks)) {
    for (const SharedBytes& chunk : parts.body) append(chunk.view());
  }
  for (const std::string_view text : plan.other_texts) append(text);
}

StoredResponse::~StoredResponse() {
  if (has(kHasCommonHead)) std::destroy_at(common_head_slot());
  if (has(kHasVary)) std::destroy_at(vary_slot());
  if (has(kHasPartial)) std::destroy_at(part_slot());
  if (has(kTagsAreRecords)) {
    std::destroy_n(tag_slots(), tag_count_);
  } else if (tag_count_ > 0) {
    delete *tag_texts_slot();
  }
  if (has(kBodyInChunks)) std::destroy_n(chunk_slots(), body_);
}

std::string_view StoredResponse::located(Number place) const noexcept {
  NumberReader numbers = numbers_from(place);
  const std::size_t at = numbers.number();
  return {texts() + at, numbers.number()};
}

std::string_view StoredResponse::secondary_key() const noexcept {
  return {texts() + key_size_ + head_size_ + size_of_inline_body(),
          numbers_from(kSecondarySize).number()};
}

std::optional<std::string_view> StoredResponse::withheld() const noexcept {
  if (!has(kHasWithheld)) return std::nullopt;
  const std::string_view before = secondary_key();
  return std::string_view(before.data() + before.size(), numbers_from(kWithheldSize).number());
}

caching::ValidatorsView StoredResponse::validators() const noexcept {
  caching::ValidatorsView validators;
  NumberReader numbers = numbers_from(kEntityTag);
  const auto next_text = [&] {
    const std::size_t at = numbers.number();
    return std::string_view(texts() + at, numbers.number());
  };
  validators.entity_tag = next_text();
  validators.last_modified = next_text();
  validators.last_modified_time = time_of(numbers.optional_milliseconds());
  validators.date = time_of(numbers.optional_milliseconds());
  return validators;
}

std::vector<SharedBytes> StoredResponse::share_body() const {
  std::vector<SharedBytes> body;
  body.reserve(chunks());
  for (std::size_t i = 0; i < chunks(); ++i) {
    body.push_back(has(kBodyInChunks) ? chunk_slots()[i] : SharedBytes::copy_of(chunk(i)));
  }
  return body;
}

Epoch StoredResponse::epoch() const noexcept { return numbers_from(kEpoch).number(); }

SharedStamp StoredResponse::shared() const noexcept {
  NumberReader numbers = numbers_from(kGeneration);
  const std::uint64_t generation = numbers.number();
  return {generation, numbers.number()};
}

std::vector<std::string> StoredResponse::tag_texts() const {
  const std::span<const std::string> unrecorded = unrecorded_tags();
  std::vector<std::string> texts(unrecorded.begin(), unrecorded.end());
  for (const TagRef& tag : tag_records()) texts.emplace_back(tag->text());
  return texts;
}

StoredParts StoredResponse::parts() const {
  const caching::ValidatorsView known = validators();
  StoredParts parts;
  parts.key = key();
  parts.authority = authority();
  parts.path_and_query = path_and_query();
  parts.meta = {.status = status(),
                .freshness = freshness(),
                .validators = {.entity_tag = std::string(known.entity_tag),
                               .last_modified = std::string(known.last_modified),
                               .last_modified_time = known.last_modified_time,
                               .date = known.date},
                .authorized_reuse = authorized_reuse(),
                .vary = shared_vary(),
                .secondary_key = std::string(secondary_key()),
                .tags = tag_texts(),
                .rule_fingerprint = rule_fingerprint(),
                .partial = has(kHasPartial) ? *part_slot() : nullptr};
  parts.head = head();
  if (const auto text = withheld()) parts.withheld = *text;
  parts.body = share_body();
  parts.epoch = epoch();
  parts.sequence = sequence();
  parts.shared = shared();
  return parts;
}

std::optional<WallTime> StoredResponse::soft_purged_at() const noexcept {
  const std::int64_t at = soft_purged_.load(std::memory_order_relaxed);
  if (at == kNever) return std::nullopt;
  return WallTime(Duration(at));
}

Trust StoredResponse::vouch(const PurgeFence& fence) const noexcept {
  const auto verdict_so_far = [this](Epoch checked) {
    if (checked == kCondemned) return Trust::distrusted;
    return soft_purged_.load(std::memory_order_relaxed) == kNever ? Trust::trusted
                                                                  : Trust::expired_by_soft_purge;
  };
  // Read before any fence is looked at: what is raised during the look is above it.
  const Epoch now = fence.current();
  Epoch checked = checked_.load(std::memory_order_acquire);
  if (checked >= now) return verdict_so_far(checked);

  const FenceSubject subject{epoch(), authority(), path_and_query()};
  // Before its tags are records they are text, and the fence is asked by text.
  const FenceVerdict verdict = has(kTagsAreRecords)
                                   ? fence.recheck(subject, tag_records(), checked)
                                   : fence.recheck(subject, unrecorded_tags(), checked);
  if (verdict.trust == Trust::distrusted) {
    checked_.store(kCondemned, std::memory_order_release);
    return Trust::distrusted;
  }
  if (verdict.trust == Trust::expired_by_soft_purge) {
    std::int64_t known = soft_purged_.load(std::memory_order_relaxed);
    const std::int64_t at = verdict.expired_at.time_since_epoch().count();
    // The first counts: those that follow must not open its stale windows again.
    while ((known == kNever || at < known) && !soft_purged_.compare_exchange_weak(known, at)) {
    }
  }
  // Others may have looked meanwhile: their later look, or their distrust, stands.
  while (checked < now && !checked_.compare_exchange_weak(
                              checked, now, std::memory_order_release, std::memory_order_acquire)) {
  }
  return verdict_so_far(checked);
}

// As planned, from what is there.
std::size_t StoredResponse::block_size() const noexcept {
  std::size_t end = key_size_ + head_size_ + size_of_inline_body();
  end += secondary_key().size();
  NumberReader numbers = numbers_from(kWithheldSize);
  end += numbers.number();
  numbers.skip(kAuthority - kEpoch);
  for (int place = 0; place < 4; ++place) {
    const std::size_t at = numbers.number();
    end = std::max<std::size_t>(end, at + numbers.number());
  }
  numbers.skip(kNumbers - kLastModifiedTime);
  const auto numbers_size = static_cast<std::size_t>(numbers.at() - block());
  return std::max(texts_at_ + end, numbers_size + sizeof(std::uint64_t));
}

std::size_t StoredResponse::footprint() const noexcept {
  std::size_t bytes = heap_footprint(block_size());
  if (has(kHasVary) && vary_slot()->use_count() == 1) bytes += footprint_of(*vary());
  if (has(kHasPartial)) bytes += footprint_of(*partial());
  if (has(kBodyInChunks)) {
    for (std::size_t i = 0; i < body_; ++i) {
      bytes += heap_footprint(chunk_slots()[i].size() + kArrayControlBlock);
    }
  }
  return bytes;
}

void StoredResponse::adopt_tags(std::span<TagRef> records) noexcept {
  if (tag_count_ == 0 || has(kTagsAreRecords)) return;
  delete *tag_texts_slot();
  auto* slots = const_cast<TagRef*>(tag_slots());
  for (TagRef& record : records) new (slots++) TagRef(std::move(record));
  flags_ = static_cast<std::uint16_t>(flags_ | kTagsAreRecords);
}

}  // namespace hawkcache::store
