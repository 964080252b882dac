using System.CommandLine;
using System.Runtime.CompilerServices;
using Brownian.Cli.Doctor;
using Brownian.Cli.Terminals;

namespace Brownian.Cli.Commands;

/// <summary>Looks at the machine and says what will work, what will not, and what to do.</summary>
internal sealed class DoctorCommand : BrownianCommand
{
    private readonly Option<bool> json = SharedOptions.Json();

    public DoctorCommand(Terminal terminal)
        : base(terminal, "doctor", "Look at this machine: libtorch, processor, GPU, memory, disk, fonts.")
    {
        AddAll(json);
        Examples = ["brownian doctor", "brownian doctor --json"];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        var findings = Examine();
        if (parse.GetValue(json))
        {
            Terminal.Out.WriteLine(Json.Of(new { ok = findings.All(f => f.Verdict != Verdict.Fail), findings }));
        }
        else
        {
            Print(findings);
        }

        return findings.Any(f => f.Verdict == Verdict.Fail) ? ExitCode.Failed : ExitCode.Ok;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private List<Finding> Examine()
    {
        // Without libtorch nothing of TorchSharp may be touched: it would copy half a gigabyte about in search of it.
        var torch = Finding.From(TorchCheck.LibTorch);
        Func<Finding>[] tensors = torch.Verdict == Verdict.Fail ? [] : [TorchCheck.Threads, TorchCheck.Gpu];
        Func<Finding>[] machine =
            [MachineCheck.Memory, MachineCheck.Disk, ProgramCheck.Images, ProgramCheck.Fonts, MachineCheck.Caches, () => ProgramCheck.Screen(Terminal)];
        return
        [
            Finding.From(ProgramCheck.Version), torch, Finding.From(ProcessorCheck.Features),
            .. tensors.Select(Finding.From), .. machine.Select(Finding.From),
        ];
    }

    private void Print(List<Finding> findings)
    {
        var width = findings.Max(f => f.Name.Length);
        foreach (var finding in findings)
        {
            Terminal.Out.WriteLine($"{Mark(finding.Verdict)}  {finding.Name.PadRight(width)}  {finding.Detail}");
            if (finding.Advice is not null)
            {
                Terminal.Out.WriteLine($"      {new string(' ', width)}  {finding.Advice}");
            }
        }
    }

    private string Mark(Verdict verdict)
    {
        var word = verdict.ToString().ToLowerInvariant().PadRight(4);
        var colour = verdict switch { Verdict.Ok => 32, Verdict.Warn => 33, _ => 31 };
        return Terminal is { OutIsTerminal: true, Colour: true } ? $"\e[{colour}m{word}\e[0m" : word;
    }
}
