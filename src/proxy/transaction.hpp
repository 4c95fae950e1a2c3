// One client connection's view of the proxy: each request is planned, looked up, and answered from
// the store, from a fill, or by a relay. Scratch is kept from request to request, so that a hit
// does not allocate. Lives on its worker's thread.
#pragma once

#include "caching/validation.hpp"
#include "net/client_exchange.hpp"
#include "net/request_handler.hpp"
#include "proxy/answered.hpp"
#include "proxy/fetch.hpp"
#include "proxy/fill_answer.hpp"
#include "proxy/local_answer.hpp"
#include "proxy/lookup.hpp"
#include "proxy/request_plan.hpp"
#include "proxy/response_text.hpp"
#include "proxy/stored_answer.hpp"
#include "proxy/worker_state.hpp"

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace hawkcache::proxy {

class Transaction final : public net::RequestHandler {
 public:
  explicit Transaction(WorkerState& state) : state_(state) {}

  net::TryHandled try_handle(const net::Request& request,
                             http::Persistence persistence,
                             net::PreparedResponse& out) noexcept override;
  net::Awaitable<void> handle(net::ClientExchange& client) override;
  void finished(const net::Request& request,
                std::uint64_t written,
                const ErrorCode& failed) noexcept override;
  void rejected(std::uint64_t bytes) noexcept override;

 private:
  // How a request ended, for counters and log.
  struct Record {
    WallTime begun{};
    SteadyTime begun_steady{};  // of one that is logged
    WallTime asked{};           // when the cache was asked: for a QUERY once its content was there
    XCache cache = XCache::none;
    bool stale = false;      // of a hit
    bool collapsed = false;  // of a miss: over another's fetch
    Answered answered;
    caching::Reason detail = caching::Reason::none;
  };

  // How an answer is looked for: in the store, among the fetches under way, at the origin.
  struct Search {
    std::optional<std::uint32_t> arrivals;  // CollapseTable::arrivals() before the look-up
    store::FindOutcome found = store::FindOutcome::complete;
    store::Patience patience;
    std::uint64_t joins_after = 0;  // of the fetches under way only those that began later
    std::uint64_t takes_after = 0;  // others are waited for, and not taken
    http::Method fetch_method = http::Method::get;  // of a fetch that others may join
    OtherRanges other_ranges = OtherRanges::are_waited_for;
    std::shared_ptr<const std::string> content;  // of a QUERY that asks the cache; else null
  };

  void begin(const net::Request& request);
  void plan(const net::Request& request);
  void prepare_hit(const net::Request& request,
                   http::Persistence persistence,
                   net::PreparedResponse& out);
  void end(const net::Request& request, std::uint64_t written) noexcept;
  void count_end(std::uint64_t written) noexcept;
  void log_access(const net::Request& request, std::uint64_t written) noexcept;

  net::Awaitable<void> answer(net::ClientExchange& client);
  net::Awaitable<void> answer_locally(net::ClientExchange& client, LocalAnswer answer);
  // `received`: of the request's body, if its beginning has been read.
  net::Awaitable<void> answer_through(net::ClientExchange& client, std::string received);
  net::Awaitable<void> answer_unreached(net::ClientExchange& client);
  net::Awaitable<void> answer_query(net::ClientExchange& client);
  // With what the store knows at once; sets lookup_ and what goes with it.
  void look_up_at_once(const http::RequestHead& request);
  // Whether that is no fresh hit and the store may know more.
  bool may_look_further() const noexcept;
  net::Awaitable<void> look_further(const http::RequestHead& request);
  net::Awaitable<void> look_again(const http::RequestHead& request);
  net::Awaitable<void> answer_looked_up(net::ClientExchange& client);
  bool spares_origin() const noexcept;
  net::Awaitable<void> answer_sparing_origin(net::ClientExchange& client);
  net::Awaitable<void> answer_from_cache(net::ClientExchange& client);
  net::Awaitable<void> answer_from_afar(net::ClientExchange& client);
  net::Awaitable<void> answer_only_if_cached(net::ClientExchange& client);
  net::Awaitable<void> answer_hit(net::ClientExchange& client);
  net::Awaitable<void> answer_from_store(net::ClientExchange& client,
                                         store::StoredResponsePtr stored,
                                         std::optional<Duration> age,
                                         caching::CacheStatus status,
                                         XCache x_cache);
  net::Awaitable<void> answer_over_fetch(net::ClientExchange& client);

  // Who a fetch is for: everybody, the client that asks, or (a refresh) nobody who waits.
  enum class Company : std::uint8_t { shared, alone, nobody };
  Company likely_company(const http::RequestHead& request) const;
  // What came of one try to get the response by a fetch of one's own or of another's.
  // outdated: by a HEAD of another's, which answers nobody else. other_range: by a part that is not
  // the one. arrived: something has been stored since the look-up. too_early: by one that began
  // before this was asked, and of which nobody can tell what was purged since.
  enum class Attempt : std::uint8_t {
    answered,
    other_variant,
    not_shareable,
    outdated,
    other_range,
    arrived,
    too_early
  };
  void prepare_fetch(const http::RequestHead& request);
  net::Awaitable<bool> finds_it_stored_by_now(const http::RequestHead& request);
  bool stands_for_this_url(const FillSubject& subject, const FillReader::View& view) const;
  Share share_of(const FillSubject& subject,
                 const FillReader::View& view,
                 http::FieldsView fields) const;
  net::Awaitable<Attempt> try_fetch(net::ClientExchange& client, Company company);
  CollapseTable::Joined join_or_lead(net::ClientExchange& client,
                                     const std::shared_ptr<Fill>& fill,
                                     Company company,
                                     WallTime now);
  // What keeps one who waited from being answered by another's fill, if anything does.
  std::optional<Attempt> hindrance(const Fill& fill,
                                   const FillReader::View& view,
                                   const http::RequestHead& request);
  net::Awaitable<void> answer_with(net::ClientExchange& client,
                                   FillReader& reader,
                                   const FillReader::View& view,
                                   caching::CacheStatus status);
  void describe(const FillHead& head, caching::CacheStatus& status);

  static http::Method method_for_whole(http::Method asked) noexcept;
  http::Method method_to_validate(http::Method asked) const noexcept;
  void refresh_in_background(const net::Request& request);
  FillSubject make_subject(const net::Request& request) const;
  void choose_range(const http::RequestHead& request, FillSubject& subject) const;
  std::shared_ptr<Fill> make_fill(const net::Request& request, WallTime now);
  FetchOrder make_order(const net::Request& request, std::shared_ptr<Fill> fill, Company company);
  // What is stored, as far as it may still be used for a fetch with this subject.
  struct Known {
    store::StoredResponsePtr stored;  // whole, or holding the range that is asked for
    store::StoredResponsePtr part;    // incomplete, and not enough
    std::vector<store::StoredResponsePtr> alike;
  };
  Known still_known(const FillSubject& subject) const;
  // What a fetch asks the origin for beside the request itself.
  struct Question {
    ClientConditions conditions = ClientConditions::omit;
    http::Method method = http::Method::get;
    std::string_view method_text = "GET";
    std::vector<caching::OwnedField> ours;  // validators, or what completes a stored part
    std::optional<http::ByteRange> rest;
  };
  Question make_question(const net::Request& request,
                         const FillSubject& subject,
                         const Known& known,
                         Company company) const;
  // How a request goes out, as far as that differs from one to another.
  struct Forwarding {
    std::string_view method;
    std::string_view request_id;  // one for all that a fetch sends
    ClientConditions conditions = ClientConditions::forward;
    ClientDirectives directives = ClientDirectives::forward;
    Expectation expectation = Expectation::none;
    std::span<const caching::OwnedField> validators{};  // conditions of ours
  };
  std::string render_relayed(const net::Request& request, Expectation expectation);
  std::string render_forwarded(const net::Request& request, const Forwarding& how);
  JoinRequest join_request(const net::Request& request,
                           const FillSubject& subject,
                           WallTime now) const;
  std::string shown_key() const;
  using RequestId = std::array<char, 24>;
  RequestId next_request_id();

  WorkerState& state_;
  std::shared_ptr<const Snapshot> snapshot_;  // of the request being answered
  RequestPlanner planner_;
  LookupScratch scratch_;
  const RequestPlan* plan_ = nullptr;
  LookupResult lookup_;
  std::vector<std::string> rule_tags_;  // rendered for a fetch
  Search search_;                       // begun anew, as record_ is, with each request
  Record record_;
  bool planned_ = false;  // try_handle() has planned and looked up the request that handle() gets
};

}  // namespace hawkcache::proxy
