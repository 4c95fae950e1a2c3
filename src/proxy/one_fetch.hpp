// The inside of a fetch (proxy/fetch): its state and steps.
#pragma once

#include "http/body_framing.hpp"
#include "http/head.hpp"
#include "net/wake_up.hpp"
#include "proxy/fetch.hpp"
#include "proxy/fetch_lease.hpp"
#include "proxy/response_intake.hpp"
#include "store/purge_fence.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hawkcache::proxy {

// As purges name it.
store::UrlScope url_of(const store::StoredResponse& stored);

// One fetch under way. Owned by the coroutine that carries it out.
class Fetch final : public net::InterimSink {
 public:
  // `client`: whose request began it, and who waits for the head; null: nobody.
  Fetch(WorkerState& state, FetchOrder&& order, net::ClientExchange* client)
      : state_(state),
        order_(std::move(order)),
        fill_(*order_.fill),
        client_(client),
        in_background_(client == nullptr),
        share_(state.fill_budget),
        validating_(order_.base != nullptr && !order_.unconditional_head.empty()) {}
  ~Fetch() override {
    leave();
    fill_.detach_writer(Errc::upstream_closed);
  }
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;

  // Until the head has been judged and what came with it is in the fill. Of what is left then
  // another coroutine takes care.
  static net::Awaitable<void> begin(std::unique_ptr<Fetch> fetch);
  void interim(const http::ResponseHead& head) override;

 private:
  enum class Next : std::uint8_t { done, body, ask_unconditionally };

  bool shares_with_other_nodes() const noexcept;
  net::Awaitable<bool> is_brought_by_another_node();
  net::UpstreamRequest request_to_send();
  void ask_for_the_whole();
  bool is_all_new(const http::ResponseHead& head) const;
  Next begin_new(const http::ResponseHead& head, http::BodyFraming framing);
  void take_head(const http::ResponseHead& head, http::BodyFraming framing);
  net::Awaitable<Next> on_head(const http::ResponseHead& head, http::BodyFraming framing);
  net::Awaitable<Next> on_not_modified(const http::ResponseHead& head);
  net::Awaitable<void> hand_on_alone();
  bool validates_by_head() const noexcept;
  net::Awaitable<bool> is_answered_by_head(const http::ResponseHead& head);
  store::NewResponsePtr freshened(const store::StoredResponse& stored,
                                  const FillHead& head,
                                  const store::FetchTicket& ticket) const;
  net::Awaitable<void> freshen_alike(const http::ResponseHead& not_modified);
  void foretell_freshened();
  net::Awaitable<void> serve_freshened();
  enum class Rest : std::uint8_t { begun, ask_for_the_whole, is_the_whole };
  net::Awaitable<Rest> on_rest(const http::ResponseHead& head, http::BodyFraming framing);
  // What the answer of which head_ is made has to purge before anybody gets it. `updated`: the
  // stored response that head_ is to take the place of; null: none.
  net::Awaitable<void> purge_ahead(const store::StoredResponse* updated);
  store::PurgeRequest purged_by_answer(const store::StoredResponse* updated) const;
  void judge_keeping();
  net::Awaitable<void> begin_body();
  void on_error(const ErrorCode& error);
  void say_answered(int status) const;
  // Counts and logs it; `where`: " within the body", or "".
  void note_failure(const ErrorCode& error, std::string_view where);
  bool serve_stale_instead();
  // Takes what of the body is here. Whether that is all.
  bool take_what_is_here();
  static net::Awaitable<void> receive_rest(std::unique_ptr<Fetch> fetch);
  net::Awaitable<void> receive_body();
  void stop_keeping(caching::Reason reason);
  void keep_within_budget();
  void exceed_budget();
  std::uint64_t window() const noexcept;
  bool has_room();
  bool may_go_on_unread();
  void note_unread();
  // Whether to go on reading.
  net::Awaitable<bool> wait_for_room();
  void take_piece(std::string_view piece);
  net::Awaitable<void> complete();
  net::Awaitable<store::PutResult> put();
  bool is_as_long_as_announced() const;
  // Of what came, as of the fetch's own ticket or the renewed one.
  store::FenceVerdict fence_verdict() const;
  bool is_overtaken() const { return fence_verdict().trust == store::Trust::distrusted; }
  caching::Reason foreseen_refusal() const;
  bool waits_for_store() const noexcept { return state_.store.reach() == store::Reach::remote; }
  // Views of the head and the body.
  store::StoredPartsView parts_to_put(const FillHead& head,
                                      std::span<const SharedBytes> body,
                                      const store::FetchTicket& ticket) const;
  // What the fetch brings is measured against purges from here on.
  store::Epoch epoch() const noexcept { return ticket().epoch(); }
  const store::FetchTicket& ticket() const noexcept {
    return renewed_ ? *renewed_ : fill_.ticket();
  }
  void note(store::PutResult result) noexcept;
  void leave() noexcept { state_.fills.leave(fill_, left_); }
  void not_stored(caching::Reason reason);
  void remember_failure() noexcept;
  net::Awaitable<void> forget_base();
  IntakeInput intake_input() const;

  WorkerState& state_;
  FetchOrder order_;
  Fill& fill_;
  net::ClientExchange* client_;  // until the head is there
  const bool in_background_;     // a refresh that nobody waits for
  std::unique_ptr<net::UpstreamExchange> exchange_;
  std::shared_ptr<net::WakeUp> bell_;  // once it has waited for its readers
  std::optional<FetchLease> lease_;    // where all nodes share one fetch
  caching::ResponseTimes times_{};
  std::shared_ptr<const FillHead> head_;
  FillShare share_;  // of the memory for bodies on their way
  std::optional<SteadyTime> unread_since_;
  bool validating_;  // a 304 is an answer
  bool keeping_ = false;
  std::optional<store::FetchTicket> renewed_;  // taken after its own purge
  CollapseTable::Left left_ = CollapseTable::Left::not_stored;
  std::optional<OwnedFields> part_fields_;  // of a part that is kept, as the origin sent them
};

}  // namespace hawkcache::proxy
