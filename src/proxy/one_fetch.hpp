// The inside of a fetch (proxy/fetch): its coroutine's state and steps.
#pragma once

#include "http/body_framing.hpp"
#include "http/head.hpp"
#include "net/wake_up.hpp"
#include "proxy/fetch.hpp"
#include "proxy/fetch_lease.hpp"
#include "proxy/response_intake.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hawkcache::proxy {

// One fetch under way. Lives in its coroutine's frame.
class Fetch final : public net::InterimSink {
 public:
  Fetch(WorkerState& state, FetchOrder order)
      : state_(state),
        order_(std::move(order)),
        fill_(*order_.fill),
        bell_(std::make_shared<net::WakeUp>(state.worker.executor())),
        validating_(order_.base != nullptr && !order_.unconditional_head.empty()) {}
  ~Fetch() override {
    leave();
    fill_.detach_writer();
    fill_.fail_if_unfinished(Errc::upstream_closed);
  }
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;

  net::Awaitable<void> run();
  void interim(const http::ResponseHead& head) override;

 private:
  enum class Next : std::uint8_t { done, body, ask_unconditionally };

  net::Awaitable<bool> is_brought_by_another_node();
  net::Awaitable<Next> exchange_once(std::string head);
  net::Awaitable<Next> on_head(const http::ResponseHead& head, http::BodyFraming framing);
  net::Awaitable<Next> on_not_modified(const http::ResponseHead& head);
  net::Awaitable<void> hand_on_alone();
  bool validates_by_head() const noexcept;
  net::Awaitable<bool> is_answered_by_head(const http::ResponseHead& head);
  store::NewResponsePtr freshened(const store::StoredResponse& stored, const FillHead& head) const;
  net::Awaitable<void> freshen_alike(const http::ResponseHead& not_modified);
  void foretell_freshened(int origin_status);
  net::Awaitable<void> serve_freshened(int origin_status);
  enum class Rest : std::uint8_t { begun, ask_for_the_whole, is_the_whole };
  net::Awaitable<Rest> on_rest(const http::ResponseHead& head, http::BodyFraming framing);
  net::Awaitable<void> begin_body();
  void on_error(const ErrorCode& error);
  bool serve_stale_instead();
  net::Awaitable<void> receive_body(net::UpstreamExchange& exchange);
  // Whether to go on reading.
  net::Awaitable<bool> wait_for_room();
  void take_piece(std::string_view piece);
  net::Awaitable<void> complete();
  bool is_as_long_as_announced() const;
  bool waits_for_store() const noexcept { return state_.store.reach() == store::Reach::remote; }
  net::Awaitable<store::PutResult> put();
  void note(store::PutResult result) noexcept;
  void leave() noexcept { state_.fills.leave(fill_, left_); }
  void not_stored(caching::Reason reason);
  net::Awaitable<void> forget_base();
  IntakeInput intake_input() const;

  WorkerState& state_;
  FetchOrder order_;
  Fill& fill_;
  std::shared_ptr<net::WakeUp> bell_;
  std::optional<FetchLease> lease_;  // where all nodes share one fetch
  caching::ResponseTimes times_{};
  std::shared_ptr<const FillHead> head_;
  bool validating_;  // a 304 is an answer
  bool keeping_ = false;
  CollapseTable::Left left_ = CollapseTable::Left::not_stored;
  std::optional<OwnedFields> part_fields_;  // of a part that is kept, as the origin sent them
};

}  // namespace hawkcache::proxy
