#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/config/load.hpp"
#include "tests/support/temp_folder.hpp"

namespace pipectl::test {

/// A kind that keeps `run` and `steps` as they are, so that the loader is tested without the real
/// kinds.
class PlainKind final : public StageKind {
 public:
  explicit PlainKind(std::string_view name) : name_(name) {}
  [[nodiscard]] std::string_view name() const noexcept override { return name_; }
  [[nodiscard]] std::string_view summary() const noexcept override { return "for tests"; }
  [[nodiscard]] std::vector<KeyDoc> keys() const override {
    return {{"run", R"({"type":"string"})", "a command"},
            {"steps", "{}", "commands"},
            {"extra", R"({"type":"string"})", "a key of this kind"}};
  }
  [[nodiscard]] std::unique_ptr<StageRunner> parse(yaml::Reader& reader,
                                                   const ParseContext& context) const override {
    auto runner = std::make_unique<Runner>();
    for (const yaml::Node item : reader.strings("run"))
      if (auto text = expr::Template::parse(item.text(), item.span(), context.diagnostics)) {
        text->check_shell(context.names, context.diagnostics);
        runner->commands.push_back(text->text());
      }
    reader.node("steps");
    runner->commands.emplace_back(reader.string("extra").value_or(""));
    return runner;
  }

  class Runner final : public StageRunner {
   public:
    [[nodiscard]] std::vector<std::string> preview(const expr::Scope&) const override {
      return commands;
    }
    Outcome run(StageContext&) const override { return {}; }
    std::vector<std::string> commands;  ///< the last one is `extra`
  };

 private:
  std::string_view name_;
};

/// `env`, `file` and `command` as names only.
class PlainProvider final : public SecretProvider {
 public:
  explicit PlainProvider(std::string_view name) : name_(name) {}
  [[nodiscard]] std::string_view name() const noexcept override { return name_; }
  [[nodiscard]] std::string_view summary() const noexcept override { return "for tests"; }
  [[nodiscard]] std::string_view type() const noexcept override { return "{}"; }
  [[nodiscard]] std::vector<std::string> parse(yaml::Node value, const std::filesystem::path& base,
                                               Diagnostics&) const override {
    if (value.kind() == yaml::Kind::scalar && name_ == "file")
      return {(base / std::string(value.text())).string()};
    std::vector<std::string> arguments;
    if (value.kind() == yaml::Kind::scalar) arguments.emplace_back(value.text());
    for (const yaml::Node item : value.items()) arguments.emplace_back(item.text());
    return arguments;
  }
  Result<std::optional<std::string>> resolve(const Request&) const override { return std::nullopt; }

 private:
  std::string_view name_;
};

inline Registry plain_registry() {
  Registry registry;
  for (const auto* kind : {"run", "lint", "test", "build", "security", "perf", "deploy", "verify"})
    registry.add(std::make_unique<PlainKind>(kind));
  for (const auto* provider : {"env", "file", "command"})
    registry.add(std::make_unique<PlainProvider>(provider));
  return registry;
}

/// One load of a file in a folder of its own.
class Loaded {
 public:
  explicit Loaded(std::string_view text, const config::Variables& variables = {})
      : Loaded(std::make_unique<TempFolder>(), text, variables) {}
  Loaded(std::unique_ptr<TempFolder> folder, std::string_view text,
         const config::Variables& variables = {})
      : folder_(std::move(folder)), registry_(plain_registry()) {
    const auto file = folder_->write("pipeline.yaml", text);
    result = config::load(file, registry_, diagnostics, sources_, variables);
  }

  [[nodiscard]] const Pipeline& pipeline() const { return result.value().pipeline; }
  [[nodiscard]] const StageSpec& stage(std::string_view name) const {
    const auto* const found = pipeline().stage(name);
    if (found == nullptr) throw std::runtime_error("no stage " + std::string(name));
    return *found;
  }
  /// `a,b`: the names of what a stage needs.
  [[nodiscard]] std::string needs(std::string_view name) const {
    std::string text;
    for (const auto& need : stage(name).needs) text += (text.empty() ? "" : ",") + need.name;
    return text;
  }
  /// What a stage would run; the last one is its `extra`.
  [[nodiscard]] std::vector<std::string> commands(std::string_view name) const {
    const auto& runner = *result.value().runners.find(name)->second;
    return dynamic_cast<const PlainKind::Runner&>(runner).commands;
  }
  /// `file:line message`, one to a line.
  [[nodiscard]] std::string messages() const {
    std::string out;
    for (const auto& one : diagnostics.sorted()) {
      if (one.where.file != nullptr)
        out += std::filesystem::path(one.where.file->path).filename().string() + ":" +
               std::to_string(one.where.line) + " ";
      out += one.message + (one.hint.empty() ? "" : " | " + one.hint) + "\n";
    }
    return out;
  }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_->path(); }

  Diagnostics diagnostics;
  std::optional<config::LoadedPipeline> result;

 private:
  std::unique_ptr<TempFolder> folder_;
  Registry registry_;
  std::deque<std::unique_ptr<SourceFile>> sources_;
};

}  // namespace pipectl::test
