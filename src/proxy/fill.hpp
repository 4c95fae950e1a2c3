// A response on its way in. One fetch writes it; any number of readers, on any worker, read it at
// their own pace: the client whose miss began it, and those who asked for the same key meanwhile.
// The fetch does not belong to any of them.
//
// What is written becomes visible with publish(). A kept fill (one that will be stored) holds
// everything until it is complete and waits for nobody but, to bound memory, the fastest reader;
// once it is not kept (not storable, larger than max_object, or one too many of those on their way)
// it holds only what some reader has still to see, and is abandoned when the last reader leaves.
//
// Thread-safe: one mutex, short sections. Readers are woken through their WakeUp, the writer
// through its own.
#pragma once

#include "base/clock.hpp"
#include "base/hash.hpp"
#include "base/result.hpp"
#include "base/shared_bytes.hpp"
#include "caching/reason.hpp"
#include "net/wake_up.hpp"
#include "proxy/owned_fields.hpp"
#include "store/patience.hpp"
#include "store/purge_fence.hpp"
#include "store/stored_response.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/container/small_vector.hpp>

namespace hawkcache::proxy {

// What the fill is about; fixed from the start.
struct FillSubject {
  std::string key;
  Hash128 key_hash;
  std::string authority;
  std::string path_and_query;
  std::vector<std::string> rule_tags;
  std::uint64_t rule_fingerprint = 0;
  std::shared_ptr<const OwnedFields> request;  // of the client that began it
  // Of a fill that asks for one range (RFC 9110 section 14.2): the client's Range and If-Range, as
  // they go upstream; empty: the whole is asked for.
  std::string range;
  std::string if_range;
  http::Method method = http::Method::get;  // HEAD: it validates what is stored, for HEADs alone
};

// An interim response (1xx) that preceded the head. Immutable.
struct FillInterim {
  int status = 0;
  std::string text;     // the whole head
  bool shared = false;  // may go to other clients than the one whose request it was
};
using FillInterimPtr = std::shared_ptr<const FillInterim>;

// The response's head, as its readers see it. Immutable.
struct FillHead {
  int status = 0;  // 206 where meta.partial: the body is its one part
  // Its Age where it has one. Without, it was made or validated by the origin for this very request
  // (RFC 9111 section 5.1).
  std::optional<Duration> declared_age;
  std::string text;      // as StoredParts::head
  std::string own_text;  // the same with fields that are not stored (a stripped Set-Cookie ...):
                         // only for the client whose request it was; empty: no such fields
  std::optional<std::string> withheld;  // as StoredParts::withheld
  caching::StoredMeta meta;
  std::optional<std::uint64_t> content_length;         // as the origin announced it
  caching::Reason not_stored = caching::Reason::none;  // none: storable, may be shared
  // Why it will not be stored though it might, and those who wait may have it: none,
  // purged_meanwhile or store_unavailable.
  caching::Reason refused = caching::Reason::none;
  bool has_body = true;               // false: 204, 304, an answer to HEAD
  std::optional<int> forward_status;  // what the origin answered, where it is not `status`
  // None, or some of its body was stored before this fetch began.
  enum class Content : std::uint8_t { all_new, with_older } content = Content::all_new;
  std::optional<std::uint64_t> part_size;  // of a part that is kept: how long its body must be
};

// How a fill turned out, as far as it is known.
enum class FillPhase : std::uint8_t {
  awaiting_head,
  streaming,   // head() is there; body pieces follow
  complete,    // and all of the body
  use_stored,  // stored() is to be served instead: freshened by a 304 or a HEAD, or stale because
               // the origin failed
  failed,      // failure() says why: before the head, or in mid-body
};

class FillReader;

// What the origin answered where something stored is served instead.
struct OriginAnswer {
  int status = 0;               // 0: nothing of use, or it was another node that asked
  std::optional<Duration> age;  // its Age, where it had one
};

class Fill : public std::enable_shared_from_this<Fill> {
 public:
  // How many bytes the fetch may be ahead of the fastest reader; narrow: where nothing is kept, or
  // others have half of the memory for what is kept.
  static constexpr std::uint64_t kWindow = 1024 * 1024;
  static constexpr std::uint64_t kNarrowWindow = 128 * 1024;
  // Where nothing is kept: how far a reader may fall behind the fastest before it is cut off.
  // Others do not wait for it.
  static constexpr std::uint64_t kMaxLag = 16 * 1024 * 1024;
  // Bytes of interim responses; readers do not get what goes beyond.
  static constexpr std::size_t kMaxInterim = 32 * 1024;

  Fill(FillSubject subject, store::FetchTicket ticket);

  const FillSubject& subject() const noexcept { return subject_; }
  store::Epoch epoch() const noexcept { return ticket_.epoch(); }
  std::uint64_t sequence() const noexcept { return ticket_.sequence(); }
  const store::SharedStamp& shared() const noexcept { return ticket_.shared(); }
  const store::FetchTicket& ticket() const noexcept { return ticket_; }

  // --- the writer's side: the fetch, on its own worker ---
  // Before the head. Not part of what is stored.
  void add_interim(FillInterimPtr interim);
  void set_head(std::shared_ptr<const FillHead> head);
  // Copies a piece of the body; not visible before publish() or complete().
  void stage(std::string_view piece);
  // The same with the bytes [first, end) of a stored body.
  void stage(const std::vector<SharedBytes>& body, std::uint64_t first, std::uint64_t end);
  std::uint64_t staged_size() const noexcept { return staged_; }
  void publish();
  // From now on nothing is kept for the store and nobody new may join.
  void stop_keeping(caching::Reason reason);
  void complete();
  void fail(ErrorCode error);
  void use_stored(store::StoredResponsePtr stored, caching::Reason reason, OriginAnswer origin);
  // What complete() or use_stored() is going to say when the store has answered. Until then only
  // readers see it whose patience with the store is at an end.
  void foretell_complete();
  void foretell_stored(store::StoredResponsePtr stored,
                       caching::Reason reason,
                       OriginAnswer origin);
  // Whether nothing of the body has been dropped: never while it is kept.
  bool holds_all() const;
  // The whole body, for the store. REQUIRES: kept, all staged.
  using Body = boost::container::small_vector<SharedBytes, 1>;
  Body body() const;
  // unread: as far as anybody minds; nobody reads it, it is kept.
  enum class Room : std::uint8_t { go_on, wait, abandoned, unread };
  // Whether to read more from the origin now. On `wait` the bell rings when that may have changed.
  Room room(const std::shared_ptr<net::WakeUp>& writer_bell, std::uint64_t window);
  // The writer is going: its bell is not rung any more. `unfinished`: what became of it where it
  // has not said how it ended.
  void detach_writer(ErrorCode unfinished);

  // --- the readers' side ---
  // Null when it can no longer be read from its beginning.
  std::unique_ptr<FillReader> try_read(net::Executor executor);
  std::shared_ptr<const FillHead> head() const;

 private:
  friend class FillReader;
  struct Chunk {
    std::shared_ptr<char[]> data;
    std::size_t capacity = 0;
    std::size_t size = 0;
  };
  struct ReaderState {
    std::size_t interim_taken = 0;
    std::uint64_t position = 0;
    std::uint64_t seen = 0;             // of changes_
    bool cut_off = false;               // what follows its position is gone
    std::shared_ptr<net::WakeUp> bell;  // of one that has waited; else null
  };
  // Something may be new to the readers.
  void changed_locked();
  void fail_locked(ErrorCode error);
  void set_stored_locked(store::StoredResponsePtr stored,
                         caching::Reason reason,
                         OriginAnswer origin);
  void cut_off_laggards_locked(std::uint64_t fastest);
  void drop_read_locked();
  Chunk& tail_locked();

  const FillSubject subject_;
  const store::FetchTicket ticket_;
  mutable std::mutex mutex_;
  FillPhase phase_ = FillPhase::awaiting_head;
  std::optional<FillPhase> foretold_;
  std::vector<FillInterimPtr> interim_;
  std::size_t interim_size_ = 0;
  std::shared_ptr<const FillHead> head_;
  boost::container::small_vector<Chunk, 1> chunks_;
  std::uint64_t dropped_ = 0;    // bytes of the body that are gone from the front
  std::uint64_t staged_ = 0;     // bytes written
  std::uint64_t published_ = 0;  // bytes that readers may see
  bool kept_ = true;
  caching::Reason given_up_ = caching::Reason::none;  // why it was not kept any longer
  std::uint64_t changes_ = 0;
  boost::container::small_vector<ReaderState*, 2> readers_;
  std::shared_ptr<net::WakeUp> writer_bell_;
  ErrorCode failure_;
  store::StoredResponsePtr stored_;
  caching::Reason stored_reason_ = caching::Reason::none;
  OriginAnswer origin_;
};

// One reader's place in a fill. Lives on its worker; leaves the fill when destroyed.
class FillReader {
 public:
  ~FillReader();
  FillReader(const FillReader&) = delete;
  FillReader& operator=(const FillReader&) = delete;

  Fill& fill() noexcept { return *fill_; }
  // Lets it wait for the store no longer than that, and takes from it. Both outlive the reader.
  void limit(store::Patience& patience, const Clock& clock) noexcept {
    patience_ = &patience;
    clock_ = &clock;
  }

  struct View {
    FillPhase phase = FillPhase::awaiting_head;
    std::shared_ptr<const FillHead> head;
    ErrorCode failure;
    store::StoredResponsePtr stored;
    caching::Reason stored_reason = caching::Reason::none;
    OriginAnswer origin;
    caching::Reason given_up = caching::Reason::none;  // why it is not kept any longer; none: it is
    // What follows the reader's position, as far as it is published.
    boost::container::small_vector<SharedBytes, 2> pieces;
    std::uint64_t available = 0;  // bytes of the body published so far, from its beginning
  };
  // The shared interim responses that came since the last call. `none`: the reader has no use for
  // them.
  enum class Interim : std::uint8_t { none, shared };
  std::vector<FillInterimPtr> take_interim(Interim which);
  // What can be seen now; takes the pieces and moves on past them.
  View take();
  // Without taking the body.
  View peek();
  // Until there may be something new since the last take() or peek().
  net::Awaitable<void> wait();

 private:
  friend class Fill;
  // It must be among the fill's readers: Fill::try_read() makes it.
  FillReader(std::shared_ptr<Fill> fill, net::Executor executor) noexcept
      : fill_(std::move(fill)), executor_(executor) {}
  View view_locked();
  FillPhase phase_locked() const noexcept;
  bool waits_for_store() const;
  // Null: there is something new already.
  std::shared_ptr<net::WakeUp> bell_to_wait_for();

  std::shared_ptr<Fill> fill_;
  net::Executor executor_;
  store::Patience* patience_ = nullptr;  // null: without end
  const Clock* clock_ = nullptr;
  Fill::ReaderState state_;
};

}  // namespace hawkcache::proxy
