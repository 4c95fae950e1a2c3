#include "proxy/fill.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>

namespace hawkcache::proxy {
namespace {

constexpr std::size_t kSmallestChunk = 4 * 1024;
constexpr std::size_t kLargestChunk = 256 * 1024;
constexpr Duration kLongest = std::chrono::hours(1);  // the fetch's own timeouts end it much sooner

}  // namespace

Fill::Fill(FillSubject subject, store::FetchTicket ticket)
    : subject_(std::move(subject)), ticket_(std::move(ticket)) {}

void Fill::changed_locked() {
  ++changes_;
  for (ReaderState* reader : readers_) {
    if (reader->bell) reader->bell->ring();
  }
}

void Fill::add_interim(FillInterimPtr interim) {
  const std::lock_guard lock(mutex_);
  if (interim_size_ + interim->text.size() > kMaxInterim) return;
  interim_size_ += interim->text.size();
  interim_.push_back(std::move(interim));
  changed_locked();
}

void Fill::set_head(std::shared_ptr<const FillHead> head) {
  const std::lock_guard lock(mutex_);
  // While a store is away it may be back before the end, and others may come in until then.
  kept_ = kept_ && head->not_stored == caching::Reason::none &&
          head->refused != caching::Reason::purged_meanwhile;
  head_ = std::move(head);
  phase_ = FillPhase::streaming;
  changed_locked();
}

// The last chunk, with room in it. A body of known length gets chunks that fit it exactly.
Fill::Chunk& Fill::tail_locked() {
  if (!chunks_.empty() && chunks_.back().size < chunks_.back().capacity) return chunks_.back();
  std::size_t capacity = chunks_.empty() ? kSmallestChunk : chunks_.back().capacity * 2;
  capacity = std::min(capacity, kLargestChunk);
  if (head_ && head_->content_length) {
    const std::uint64_t rest = *head_->content_length - std::min(*head_->content_length, staged_);
    capacity = static_cast<std::size_t>(std::clamp<std::uint64_t>(rest, 1, kLargestChunk));
  }
  chunks_.push_back({std::make_shared_for_overwrite<char[]>(capacity), capacity, 0});
  return chunks_.back();
}

void Fill::stage(std::string_view piece) {
  const std::lock_guard lock(mutex_);
  while (!piece.empty()) {
    Chunk& chunk = tail_locked();
    const std::size_t size = std::min(piece.size(), chunk.capacity - chunk.size);
    std::memcpy(chunk.data.get() + chunk.size, piece.data(), size);
    chunk.size += size;
    staged_ += size;
    piece.remove_prefix(size);
  }
}

void Fill::stage(const std::vector<SharedBytes>& body, std::uint64_t first, std::uint64_t end) {
  std::uint64_t position = 0;
  for (const SharedBytes& chunk : body) {
    const std::uint64_t from = std::clamp(first, position, position + chunk.size());
    const std::uint64_t to = std::clamp(end, position, position + chunk.size());
    if (from < to) stage(chunk.view().substr(from - position, to - from));
    position += chunk.size();
  }
}

void Fill::publish() {
  const std::lock_guard lock(mutex_);
  published_ = staged_;
  changed_locked();
}

void Fill::stop_keeping(caching::Reason reason) {
  const std::lock_guard lock(mutex_);
  given_up_ = reason;
  kept_ = false;
  drop_read_locked();
}

void Fill::complete() {
  const std::lock_guard lock(mutex_);
  published_ = staged_;
  phase_ = FillPhase::complete;
  changed_locked();
}

void Fill::fail(ErrorCode error) {
  const std::lock_guard lock(mutex_);
  fail_locked(error);
}

void Fill::fail_locked(ErrorCode error) {
  published_ = staged_;
  failure_ = error;
  phase_ = FillPhase::failed;
  changed_locked();
}

void Fill::set_stored_locked(store::StoredResponsePtr stored,
                             caching::Reason reason,
                             OriginAnswer origin) {
  stored_ = std::move(stored);
  stored_reason_ = reason;
  origin_ = origin;
  changed_locked();
}

void Fill::use_stored(store::StoredResponsePtr stored,
                      caching::Reason reason,
                      OriginAnswer origin) {
  const std::lock_guard lock(mutex_);
  set_stored_locked(std::move(stored), reason, origin);
  phase_ = FillPhase::use_stored;
}

void Fill::foretell_complete() {
  const std::lock_guard lock(mutex_);
  foretold_ = FillPhase::complete;
  changed_locked();
}

void Fill::foretell_stored(store::StoredResponsePtr stored,
                           caching::Reason reason,
                           OriginAnswer origin) {
  const std::lock_guard lock(mutex_);
  set_stored_locked(std::move(stored), reason, origin);
  foretold_ = FillPhase::use_stored;
}

bool Fill::holds_all() const {
  const std::lock_guard lock(mutex_);
  return dropped_ == 0;
}

Fill::Body Fill::body() const {
  const std::lock_guard lock(mutex_);
  Body body;
  body.reserve(chunks_.size());
  for (const Chunk& chunk : chunks_) {
    if (chunk.size == 0) continue;
    // Room that was allocated in vain would not be counted: such a tail is copied to its size.
    if (chunk.capacity - chunk.size > chunk.capacity / 16) {
      body.push_back(SharedBytes::copy_of({chunk.data.get(), chunk.size}));
    } else {
      body.emplace_back(std::shared_ptr<const char[]>(chunk.data), chunk.size);
    }
  }
  return body;
}

Fill::Room Fill::room(const std::shared_ptr<net::WakeUp>& writer_bell, std::uint64_t window) {
  const std::lock_guard lock(mutex_);
  bool anyone = false;
  std::uint64_t fastest = 0;
  for (const ReaderState* reader : readers_) {
    if (reader->cut_off) continue;
    anyone = true;
    fastest = std::max(fastest, reader->position);
  }
  if (!anyone) return kept_ ? Room::unread : Room::abandoned;
  if (!kept_) cut_off_laggards_locked(fastest);
  if (staged_ - std::min(staged_, fastest) < window) return Room::go_on;
  writer_bell_ = writer_bell;
  return Room::wait;
}

void Fill::cut_off_laggards_locked(std::uint64_t fastest) {
  for (ReaderState* reader : readers_) {
    if (fastest - std::min(fastest, reader->position) > kMaxLag) reader->cut_off = true;
  }
  drop_read_locked();
}

void Fill::detach_writer(ErrorCode unfinished) {
  const std::lock_guard lock(mutex_);
  writer_bell_.reset();
  if (phase_ == FillPhase::awaiting_head || phase_ == FillPhase::streaming) fail_locked(unfinished);
}

void Fill::drop_read_locked() {
  if (kept_) return;
  std::uint64_t slowest = staged_;
  for (const ReaderState* reader : readers_) {
    if (!reader->cut_off) slowest = std::min(slowest, reader->position);
  }
  auto first_kept = chunks_.begin();
  while (first_kept != chunks_.end() && first_kept->size == first_kept->capacity &&
         dropped_ + first_kept->size <= slowest) {
    dropped_ += first_kept->size;
    ++first_kept;
  }
  chunks_.erase(chunks_.begin(), first_kept);
}

std::unique_ptr<FillReader> Fill::try_read(net::Executor executor) {
  std::unique_ptr<FillReader> reader(new FillReader(shared_from_this(), executor));
  const std::lock_guard lock(mutex_);
  const bool readable = dropped_ == 0 && phase_ != FillPhase::failed;
  if (!readable) return nullptr;
  readers_.push_back(&reader->state_);
  return reader;
}

std::shared_ptr<const FillHead> Fill::head() const {
  const std::lock_guard lock(mutex_);
  return head_;
}

FillReader::~FillReader() {
  const std::lock_guard lock(fill_->mutex_);
  auto& readers = fill_->readers_;
  const auto entered = std::find(readers.begin(), readers.end(), &state_);
  if (entered == readers.end()) return;
  readers.erase(entered);
  fill_->drop_read_locked();
  if (fill_->writer_bell_) fill_->writer_bell_->ring();
}

FillPhase FillReader::phase_locked() const noexcept {
  const bool out_of_patience = fill_->foretold_ && patience_ && patience_->is_spent();
  const bool open =
      fill_->phase_ == FillPhase::awaiting_head || fill_->phase_ == FillPhase::streaming;
  return open && out_of_patience ? *fill_->foretold_ : fill_->phase_;
}

FillReader::View FillReader::view_locked() {
  state_.seen = fill_->changes_;
  View view;
  view.phase = phase_locked();
  view.head = fill_->head_;
  view.failure = fill_->failure_;
  view.stored = fill_->stored_;
  view.stored_reason = fill_->stored_reason_;
  view.origin = fill_->origin_;
  view.given_up = fill_->given_up_;
  view.available = view.phase == FillPhase::complete ? fill_->staged_ : fill_->published_;
  return view;
}

std::vector<FillInterimPtr> FillReader::take_interim(Interim which) {
  std::vector<FillInterimPtr> taken;
  if (which == Interim::none) return taken;
  const std::lock_guard lock(fill_->mutex_);
  while (state_.interim_taken < fill_->interim_.size()) {
    const FillInterimPtr& interim = fill_->interim_[state_.interim_taken++];
    if (interim->shared) taken.push_back(interim);
  }
  return taken;
}

FillReader::View FillReader::peek() {
  const std::lock_guard lock(fill_->mutex_);
  return view_locked();
}

FillReader::View FillReader::take() {
  const std::lock_guard lock(fill_->mutex_);
  View view = view_locked();
  if (state_.cut_off) {
    view.phase = FillPhase::failed;
    view.failure = Errc::client_timeout;
    return view;
  }
  std::uint64_t begin = fill_->dropped_;
  for (const Fill::Chunk& chunk : fill_->chunks_) {
    const std::uint64_t end = std::min(begin + chunk.size, view.available);
    if (end > state_.position) {
      const std::uint64_t from = std::max(begin, state_.position) - begin;
      // An aliasing pointer: shares the chunk, begins within it.
      view.pieces.emplace_back(std::shared_ptr<const char[]>(chunk.data, chunk.data.get() + from),
                               end - begin - from);
      state_.position = end;
    }
    begin += chunk.size;
  }
  fill_->drop_read_locked();
  if (fill_->writer_bell_) fill_->writer_bell_->ring();
  return view;
}

bool FillReader::waits_for_store() const {
  if (!patience_) return false;
  const std::lock_guard lock(fill_->mutex_);
  return fill_->foretold_.has_value();
}

std::shared_ptr<net::WakeUp> FillReader::bell_to_wait_for() {
  const std::lock_guard lock(fill_->mutex_);
  if (state_.seen != fill_->changes_) return nullptr;
  if (!state_.bell) state_.bell = std::make_shared<net::WakeUp>(executor_);
  return state_.bell;
}

net::Awaitable<void> FillReader::wait() {
  const std::shared_ptr<net::WakeUp> bell = bell_to_wait_for();
  if (!bell) co_return;
  if (!waits_for_store()) {
    [[maybe_unused]] const auto woken = co_await bell->wait(kLongest);
    co_return;
  }
  const store::Patience::Meter meter(*patience_, *clock_);
  [[maybe_unused]] const auto woken = co_await bell->wait(std::min(kLongest, patience_->left()));
}

}  // namespace hawkcache::proxy
