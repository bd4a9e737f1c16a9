#include "stages/reports/json.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.hpp"
#include "stages/reports/json_builder.hpp"
#include "stages/reports/json_feed.hpp"

namespace pipectl::stages {
namespace {

using Json = nlohmann::json;

constexpr std::size_t most_nodes = 200'000;  // of one value; each costs some dozens of bytes
constexpr std::size_t deepest = 200;
constexpr std::size_t longest_complaint = 300;

class JsonReading {
 public:
  JsonReading(const std::vector<JsonPlace>& places, Feed& feed) : feed_(feed) {
    for (const auto& place : places)
      for (const auto pattern : split(place.pattern, '|')) {
        const bool is_root = pattern == "@list";
        places_.push_back({place, is_root ? std::vector<std::string_view>() : split(pattern, '/')});
      }
  }

  // What nlohmann's SAX parser calls; false ends it.
  bool null() {
    return scalar([] { return Json(); });
  }
  bool boolean(bool value) {
    return scalar([&] { return Json(value); });
  }
  bool number_integer(std::int64_t value) {
    return scalar([&] { return Json(value); });
  }
  bool number_unsigned(std::uint64_t value) {
    return scalar([&] { return Json(value); });
  }
  bool number_float(double value, const std::string&) {
    return scalar([&] { return Json(value); });
  }
  /// A copy: moved, the parser's buffer would have to grow anew with every text.
  bool string(const std::string& value) {
    return scalar([&] { return Json(value); });
  }
  static bool binary(Json::binary_t&) { return true; }
  bool start_object(std::size_t) { return open(Json::value_t::object); }
  bool start_array(std::size_t) { return open(Json::value_t::array); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(const std::string& key) {
    if (builder_.active())
      builder_.key(key);
    else
      frames_.back().key = key;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception& error) {
    if (error_) return false;
    std::string_view what = error.what();
    if (const auto at = what.find("parse error at "); at != std::string_view::npos)
      what.remove_prefix(at + std::string_view("parse error at ").size());
    if (what.find("unexpected end of input") != std::string_view::npos ||
        what.find("missing closing quote") != std::string_view::npos)
      return refuse({Fault::step, "it ends in the middle", "was the tool stopped while it wrote?"});
    return refuse({Fault::step,
                   fmt::format("no valid JSON: {}", printable(what.substr(0, longest_complaint))),
                   {}});
  }

  [[nodiscard]] const std::optional<Error>& error() const noexcept { return error_; }

  /// After the end: what had to be there.
  [[nodiscard]] Result<void> complete() const {
    const auto is_there = [&](std::string_view pattern) {
      return std::ranges::any_of(places_, [&](const Wanted& wanted) {
        return wanted.seen && wanted.place.pattern == pattern;
      });
    };
    for (const auto& wanted : places_)
      if (wanted.place.presence == JsonPlace::Presence::required && !is_there(wanted.place.pattern))
        return fail(Fault::step, fmt::format("it has no '{}'", wanted.place.pattern),
                    "was it written by this tool, and in this format?");
    return {};
  }

 private:
  struct Wanted {
    JsonPlace place;
    std::vector<std::string_view> keys;
    bool seen{false};
  };
  /// A mapping or list that is open and not part of a value that is made.
  struct Frame {
    std::uint64_t alive{0};  ///< places whose beginning this is, one bit each
    std::uint64_t had{0};    ///< places that are members of it
    bool is_list{false};
    std::size_t position{0};
    std::string key;
  };

  static std::string complaint(std::string_view pattern) {
    constexpr std::string_view list = "@list";
    if (pattern == list) return "it is no list";
    if (pattern.starts_with(list))
      return fmt::format("it is no list and has no '{}'", pattern.substr(list.size() + 1));
    return fmt::format("it has no '{}'", pattern);
  }

  bool refuse(Error error) {
    if (!error_) error_ = std::move(error);
    return false;
  }

  /// The places that the value which begins now is, or leads to.
  [[nodiscard]] std::uint64_t next_alive() const {
    if (frames_.empty()) return (1ULL << places_.size()) - 1;
    const Frame& frame = frames_.back();
    if (frame.alive == 0) return 0;
    const std::size_t depth = frames_.size() - 1;
    std::uint64_t alive = 0;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if ((frame.alive >> i & 1U) == 0 || places_[i].keys.size() <= depth) continue;
      const auto wanted = places_[i].keys[depth];
      if (frame.is_list ? wanted == "*" || wanted == "#" : wanted == "*" || wanted == frame.key)
        alive |= 1ULL << i;
    }
    return alive;
  }

  /// The place that ends exactly here, if any.
  [[nodiscard]] Wanted* complete_place(std::uint64_t alive) {
    for (std::size_t i = 0; i < places_.size(); ++i)
      if ((alive >> i & 1U) != 0 && places_[i].keys.size() == frames_.size()) return &places_[i];
    return nullptr;
  }

  void saw(Wanted& wanted) {
    wanted.seen = true;
    if (!frames_.empty())
      frames_.back().had |= 1ULL << static_cast<std::size_t>(&wanted - places_.data());
  }

  /// Several patterns may lead to one list or mapping, as alternatives to different others.
  void saw_all(std::uint64_t alive) {
    for (std::size_t i = 0; i < places_.size(); ++i)
      if ((alive >> i & 1U) != 0 && places_[i].keys.size() == frames_.size()) saw(places_[i]);
  }

  /// The first place in each list or mapping of this kind that this one, which is on its way to
  /// `alive` and has `had`, lacks.
  [[nodiscard]] const Wanted* lacking(std::size_t depth, std::uint64_t alive,
                                      std::uint64_t had) const {
    const auto is_there = [&](std::string_view pattern) {
      for (std::size_t i = 0; i < places_.size(); ++i)
        if ((had >> i & 1U) != 0 && places_[i].place.pattern == pattern) return true;
      return false;
    };
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const Wanted& wanted = places_[i];
      if (wanted.place.presence == JsonPlace::Presence::in_each && (alive >> i & 1U) != 0 &&
          wanted.keys.size() == depth && !is_there(wanted.place.pattern))
        return &wanted;
    }
    return nullptr;
  }

  bool refuse_without(const Wanted& wanted, JsonPath where) {
    return refuse({Fault::step,
                   where.empty() ? fmt::format("it has no '{}'", wanted.keys.back())
                                 : fmt::format("at '{}': it has no '{}'",
                                               printable(join(where, "/")), wanted.keys.back()),
                   "was it written by this tool, and in this format?"});
  }

  template <class Make>
  bool scalar(Make make) {
    if (builder_.active()) {
      builder_.add(make());
      return still_fits();
    }
    feed_.heard();
    const std::uint64_t alive = next_alive();
    if (const Wanted* lacked = lacking(frames_.size() + 1, alive, 0); lacked != nullptr)
      return refuse_without(*lacked, path());
    Wanted* const wanted = complete_place(alive);
    bool good = true;
    if (wanted != nullptr && wanted->place.take) good = give(*wanted, make());
    step();
    return good;
  }

  bool open(Json::value_t container) {
    const bool is_list = container == Json::value_t::array;
    if (++depth_ > deepest)
      return refuse({Fault::step, fmt::format("values are nested deeper than {}", deepest), {}});
    if (builder_.active()) {
      builder_.open(container);
      return still_fits();
    }
    feed_.heard();
    const std::uint64_t alive = next_alive();
    Wanted* const wanted = complete_place(alive);
    if (wanted != nullptr && wanted->place.take) {
      wanted_ = wanted;
      builder_.begin(container);
      return true;
    }
    if (!frames_.empty() || is_list) saw_all(alive);
    frames_.push_back({alive, 0, is_list, 0, {}});
    return true;
  }

  bool close() {
    --depth_;
    if (builder_.active()) {
      if (!builder_.close()) return true;
      feed_.heard();
      const bool good = give(*wanted_, builder_.root());
      step();
      return good;
    }
    feed_.heard();
    const Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (const Wanted* lacked = lacking(frames_.size() + 1, frame.alive, frame.had);
        lacked != nullptr)
      return refuse_without(*lacked, path());
    step();
    return true;
  }

  void step() {
    if (!frames_.empty()) ++frames_.back().position;
  }

  bool still_fits() {
    if (builder_.nodes() <= most_nodes) return true;
    return refuse({Fault::step, fmt::format("one value has more than {} parts", most_nodes), {}});
  }

  [[nodiscard]] JsonPath path() const {
    JsonPath path;
    path.reserve(frames_.size());
    for (const Frame& frame : frames_)
      path.push_back(frame.is_list ? std::to_string(frame.position) : frame.key);
    return path;
  }

  bool give(Wanted& wanted, const Json& value) {
    saw(wanted);
    const JsonPath where = path();
    try {
      const auto taken = wanted.place.take(where, value);
      return taken ? true : refuse(taken.error());
    } catch (const Json::exception& error) {
      std::string_view what = error.what();
      if (const auto bracket = what.find("] "); bracket != std::string_view::npos)
        what.remove_prefix(bracket + 2);
      return refuse({Fault::step,
                     fmt::format("at '{}': {}", printable(join(where, "/")), printable(what)),
                     "was it written by this tool, and in this format?"});
    }
  }

  Feed& feed_;
  std::vector<Wanted> places_;
  std::vector<Frame> frames_;
  JsonBuilder builder_;
  Wanted* wanted_{nullptr};
  std::size_t depth_{0};
  std::optional<Error> error_;
};

}  // namespace

Result<void> read_json(std::istream& in, const std::vector<JsonPlace>& places) {
  Feed feed(in);
  std::istream fed(&feed);
  JsonReading reading(places, feed);
  const bool good = Json::sax_parse(fed, &reading);
  if (feed.too_large())
    return fail(Fault::step,
                fmt::format("one value is larger than {}", human_size(Feed::largest_value)));
  if (feed.fed() == 0) return fail(Fault::step, "the file is empty");
  if (reading.error()) return tl::unexpected(*reading.error());
  if (!good) return fail(Fault::step, "no valid JSON");
  return reading.complete();
}

}  // namespace pipectl::stages
