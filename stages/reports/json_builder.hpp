#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace pipectl::stages {

/// Makes one value out of SAX events.
// NOLINTNEXTLINE(bugprone-exception-escape): only running out of memory
class JsonBuilder {
 public:
  [[nodiscard]] bool active() const noexcept { return !open_.empty(); }
  [[nodiscard]] std::size_t nodes() const noexcept { return nodes_; }

  void begin(nlohmann::json::value_t container) {
    root_ = nlohmann::json(container);
    open_ = {&root_};
    nodes_ = 1;
  }
  void key(const std::string& key) { key_ = key; }
  void add(nlohmann::json value) { put(std::move(value)); }
  void open(nlohmann::json::value_t container) { open_.push_back(&put(nlohmann::json(container))); }
  /// True when that was the root.
  bool close() {
    open_.pop_back();
    return open_.empty();
  }
  [[nodiscard]] const nlohmann::json& root() const noexcept { return root_; }

 private:
  nlohmann::json& put(nlohmann::json value) {
    ++nodes_;
    nlohmann::json& parent = *open_.back();
    if (parent.is_array()) return parent.emplace_back(std::move(value));
    auto& members = parent.get_ref<nlohmann::json::object_t&>();
    return members.insert_or_assign(key_, std::move(value)).first->second;
  }

  nlohmann::json root_;
  std::vector<nlohmann::json*> open_;
  std::string key_;
  std::size_t nodes_{0};
};

}  // namespace pipectl::stages
