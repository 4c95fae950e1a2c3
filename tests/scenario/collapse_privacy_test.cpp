// What may not be shared is not shared, not even with those who already wait for it; they are then
// fetched at the same time.
#include "scenario/support/crowd.hpp"

#include <algorithm>

namespace hawkcache::scenario {
namespace {

class CollapsePrivacy : public CrowdScenario {};

TEST_F(CollapsePrivacy, AnAnswerThatMayNotBeStoredIsNotSharedAndTheOthersAreFetchedAtOnce) {
  start("- path: /{rest:path}");
  const std::vector<Fields> kinds{{{"Cache-Control", "no-store"}},
                                  {{"Cache-Control", "private"}},
                                  {{"Set-Cookie", "a=b"}},
                                  {{"Vary", "*"}}};
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    SCOPED_TRACE(to_lines(kinds[kind]));
    const std::string target = "/" + std::to_string(kind);
    const std::string gate = "gate" + target;
    origin.on(target, [gate, fields = kinds[kind]](OriginExchange& exchange) {
      const std::string body = "#" + std::to_string(exchange.request().number);
      exchange.hold(gate);
      exchange.respond(body, fields);
    });
    auto all = clients(5);
    ask(all, target, gate);
    origin.gate(gate).admit_one();
    EXPECT_EQ(all[0].read().body, "#1");
    // None of the others has been answered, and yet all of them are at the origin.
    ASSERT_TRUE(origin.gate(gate).wait_for(5));

    // Nobody queues behind this key again.
    auto more = clients(4);
    for (Client& one : more) one.send_request("GET", target);
    EXPECT_TRUE(origin.gate(gate).wait_for(9));
    origin.gate(gate).open();
    std::vector<std::string> bodies;
    for (std::size_t i = 1; i < all.size(); ++i) bodies.push_back(all[i].read().body);
    for (Client& one : more) bodies.push_back(one.read().body);
    std::sort(bodies.begin(), bodies.end());
    EXPECT_EQ(std::unique(bodies.begin(), bodies.end()), bodies.end())
        << "two clients got one answer";
  }
}

TEST_F(CollapsePrivacy, AnAnswerThatVariesGoesOnlyToThoseItFits) {
  start("- path: /a");
  origin.on("/a", [](OriginExchange& exchange) {
    exchange.hold("head");
    exchange.respond(exchange.request().fields.value("x-lang"), {{"Vary", "X-Lang"}});
  });
  std::vector<Client> all = clients(6);
  const std::vector<std::string> languages{"de", "en", "de", "fr", "en", ""};
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].send_request(
        "GET", "/a", languages[i].empty() ? Fields{} : Fields{{"X-Lang", languages[i]}});
    if (i == 0) {
      ASSERT_TRUE(origin.gate("head").wait_for());
    }
  }
  let_requests_arrive();
  origin.gate("head").open();
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].read().body, languages[i]);
}

TEST_F(CollapsePrivacy, CredentialsDoNotGetAnAnonymousFetchNorTheReverse) {
  start("- path: /{rest:path}");
  for (const bool authorized_first : {false, true}) {
    const std::string target = authorized_first ? "/authorized" : "/anonymous";
    const std::string gate = "gate" + target;
    origin.on(target, [gate](OriginExchange& exchange) {
      exchange.hold(gate);
      exchange.respond("[" + exchange.request().fields.value("authorization") + "]");
    });
    auto all = clients(4);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool authorized = (i == 0) == authorized_first;
      all[i].send_request(
          "GET",
          target,
          authorized ? Fields{{"Authorization", "u" + std::to_string(i)}} : Fields{});
      if (i == 0) {
        ASSERT_TRUE(origin.gate(gate).wait_for());
      }
    }
    let_requests_arrive();
    origin.gate(gate).open();
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool authorized = (i == 0) == authorized_first;
      EXPECT_EQ(all[i].read().body, authorized ? "[u" + std::to_string(i) + "]" : "[]");
    }
    EXPECT_EQ(get(target).body, "[]");
  }
}

}  // namespace
}  // namespace hawkcache::scenario
