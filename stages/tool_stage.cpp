#include "stages/tool_stage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <system_error>

#include "core/base/files.hpp"
#include "core/base/text.hpp"
#include "core/exec/line_output.hpp"
#include "core/store/find_files.hpp"
#include "core/store/names.hpp"
#include "stages/report_folder.hpp"
#include "stages/report_output.hpp"
#include "stages/template_key.hpp"

namespace pipectl::stages {
namespace {

namespace fs = std::filesystem;

bool has_wildcard(std::string_view text) { return text.find_first_of("*?[{") != text.npos; }

/// What a shell would make of `**/*.sh`.
Result<std::vector<std::string>> expanded(const std::string& pattern, const StageContext& context) {
  auto parsed = store::parse_patterns({pattern});
  if (!parsed) return fail(Fault::step, parsed.error().message, parsed.error().hint);
  const auto found = TRY(store::find_files(
      {context.directory, context.workspace, std::move(*parsed), {}}, context.cancel));
  std::vector<std::string> paths;
  for (const auto& file : found.files)
    if (file.kind == store::FoundFile::Kind::file && !file.path.starts_with(reports_folder))
      paths.push_back("./" + file.path);
  if (paths.empty())
    return fail(Fault::step, fmt::format("no file matches '{}'", printable(pattern)),
                "give the files with `args`");
  return paths;
}

std::string headline(const std::vector<std::string>& argv) {
  std::string line = "$";
  for (const auto& word : argv) line += " " + shell_quoted(word);
  constexpr std::size_t longest = 300;
  return line.size() > longest ? line.substr(0, longest) + " …" : line;
}

}  // namespace

std::string ToolStage::filled_in(std::string_view text, const fs::path& folder) const {
  std::string filled(text);
  const auto replace = [&](const std::string& placeholder, const std::string& value) {
    for (auto at = filled.find(placeholder); at != std::string::npos;
         at = filled.find(placeholder, at + value.size()))
      filled.replace(at, placeholder.size(), value);
  };
  for (const auto& report : preset_.reports)
    replace(fmt::format("{{{}}}", report.format), (folder / report.file).string());
  replace("{dir}", folder.string());
  return filled;
}

Result<std::vector<std::string>> ToolStage::arguments(StageContext& context) const {
  std::vector<std::string> given;
  for (const auto& arg : args_) given.push_back(TRY(arg.evaluate(context.scope)));
  if (args_.empty()) given.assign(preset_.args.begin(), preset_.args.end());
  if (preset_.globs == ToolPreset::Globs::keep) return given;
  std::vector<std::string> all;
  for (const auto& arg : given) {
    if (!has_wildcard(arg)) {
      all.push_back(arg);
      continue;
    }
    for (auto& path : TRY(expanded(arg, context))) all.push_back(std::move(path));
  }
  return all;
}

Result<StageCommand> ToolStage::command(StageContext& context, const fs::path& folder) const {
  StageCommand command;
  for (const auto word : preset_.command) command.argv.push_back(filled_in(word, folder));
  for (auto& arg : TRY(arguments(context))) command.argv.push_back(std::move(arg));
  for (const auto& [name, value] : preset_.env)
    command.env.insert_or_assign(std::string(name), filled_in(value, folder));
  return command;
}

Result<Outcome> ToolStage::run_tool(StageContext& context) const {
  const fs::path folder = TRY(make_report_folder(context));
  StageCommand command = TRY(this->command(context, folder));
  context.emit.note(headline(command.argv));
  const auto log = make_line_output(context.redactor, context.emit);
  ReportOutput output(*log);
  if (preset_.writes == ToolPreset::Writes::output && !preset_.reports.empty()) {
    TRY(output.open(folder / preset_.reports.front().file));
    command.output = &output;
  }
  auto end = run_command(context, command);
  if (!end && end.error().fault == Fault::step)
    end.error().hint = fmt::format("{} can be had with: {}", preset_.name, preset_.install);
  if (!end) return tl::unexpected(end.error());
  if (output.failure()) return tl::unexpected(*output.failure());
  Outcome outcome = outcome_of(*end);
  const bool found = outcome.status == Status::failed && outcome.exit_code &&
                     std::ranges::find(preset_.found, *outcome.exit_code) != preset_.found.end();
  if (!found) return outcome;
  Outcome ran;
  ran.exit_code = outcome.exit_code;
  return ran;
}

Outcome ToolStage::run(StageContext& context) const {
  auto outcome = run_tool(context);
  return outcome ? std::move(*outcome) : outcome_of(outcome.error());
}

std::vector<std::string> ToolStage::preview(const expr::Scope& scope) const {
  std::vector<std::string> words;
  for (const auto word : preset_.command)
    words.push_back(filled_in(word, fs::path(reports_folder) / "…"));
  if (args_.empty()) words.insert(words.end(), preset_.args.begin(), preset_.args.end());
  for (const auto& arg : args_) words.push_back(shown(arg, scope));
  return {join(words, " ")};
}

Measures ToolStage::measures() const {
  Measures measures;
  for (const auto& report : preset_.reports) {
    const bool in_tree = report.file.starts_with("./");
    std::string path = in_tree ? std::string(report.file.substr(2))
                               : fmt::format("{}/{{stage}}/{}", reports_folder, report.file);
    measures.reports.push_back(
        {std::string(report.format), {expr::Template::literal(std::move(path))}, {}});
  }
  for (const auto& [metric, bound] : preset_.gate)
    measures.gates.push_back(
        {std::string(metric), expr::Template::literal(std::string(bound)), {}});
  return measures;
}

std::vector<Requirement> ToolStage::programs() const {
  const std::string program(preset_.command.front());
  if (program.find('/') != std::string::npos) return {};
  return {{program, Presence::required}};
}

}  // namespace pipectl::stages
