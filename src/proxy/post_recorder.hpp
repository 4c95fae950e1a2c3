// Keeps the answer to a POST for later GETs while it is relayed (RFC 9110 section 9.3.3): the
// origin must give it a lifetime and name the target itself in Content-Location. It sees the
// answer's head, its pieces and its end, and holds no more than the store's max_object. Lives in
// the coroutine of one exchange.
//
// The answer to a POST purges its own target (RFC 9111 section 4.4), and must be stored all the
// same, but not past any other purge: docs/purging.md, "An answer to POST", has the argument.
#pragma once

#include "http/body_framing.hpp"
#include "http/head.hpp"
#include "proxy/fill.hpp"
#include "proxy/request_plan.hpp"
#include "proxy/worker_state.hpp"
#include "store/purge_fence.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace hawkcache::proxy {

// Whether the head of the answer purged anything. raised: for all that share the store; deferred:
// on this node, and what others purged may not be known here.
enum class OwnPurge : std::uint8_t { none, raised, deferred };

class PostRecorder {
 public:
  // Before the request goes upstream. `plan` has answer_use kept_for_get; `subject` speaks of the
  // GET's key; both arguments by reference outlive the recorder.
  PostRecorder(WorkerState& state,
               const RequestPlan& plan,
               FillSubject subject,
               const caching::TagLimits& tag_limits);

  // The final head is here: may the answer be stored, and has no purge concerned it so far?
  void judge(const http::ResponseHead& head, http::BodyFraming framing);
  // After judge(): what the answer invalidates has been purged, in one step.
  void begin(OwnPurge purge);
  // A piece of the body, before it is written to the client; empty: its end.
  void take(std::string_view piece);
  // Whether all of it is here, by its announced length or by its end, and store() is due: before
  // anything more is written to the client.
  bool is_whole() const noexcept { return whole_; }
  // Puts it into the store. REQUIRES: is_whole().
  net::Awaitable<void> store();
  // Whether it is being kept, or has been stored.
  bool keeps() const noexcept { return head_ != nullptr; }

 private:
  store::NewResponsePtr make_response() const;
  void give_up();

  WorkerState& state_;
  const RequestPlan& plan_;
  const caching::TagLimits tag_limits_;
  FillSubject subject_;
  const store::FetchTicket sent_;  // taken before the request went up
  const WallTime request_time_;
  store::FetchTicket judged_;             // taken when the fences were asked about the answer
  std::shared_ptr<const FillHead> head_;  // null: not kept
  std::optional<Fill> body_;              // until it is stored
  FillShare share_;                       // of the memory for bodies on their way
  bool whole_ = false;
};

}  // namespace hawkcache::proxy
