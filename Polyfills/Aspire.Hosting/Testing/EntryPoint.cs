using System.Reflection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>
/// Runs the AppHost's own program for a test, up to its call of <c>Build</c>: there the test gets the builder, and the
/// program goes on when the test wants the application. Flows with the program's execution context, so that tests of
/// one process can do it at the same time.
/// </summary>
internal sealed class EntryPoint
{
    private static readonly AsyncLocal<EntryPoint?> Flowing = new();

    private readonly Action<DistributedApplicationOptions, HostApplicationBuilderSettings> _configure;
    private readonly TaskCompletionSource<DistributedApplicationBuilder> _builder = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<DistributedApplication> _application = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> _continue = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private EntryPoint(Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configure) => _configure = configure;

    public static EntryPoint? Current => Flowing.Value;

    /// <summary>Begins a builder without a program.</summary>
    public static DistributedApplicationBuilder CreateBuilder(string[] args)
    {
        var before = Flowing.Value;
        Flowing.Value = new EntryPoint((options, _) => options.DisableDashboard = true);
        try
        {
            return new DistributedApplicationBuilder(args);
        }
        finally
        {
            Flowing.Value = before;
        }
    }

    /// <summary>Runs a program until it builds its application.</summary>
    public static async Task<(EntryPoint EntryPoint, DistributedApplicationBuilder Builder)> RunAsync(Assembly assembly, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configure, CancellationToken cancellationToken)
    {
        var main = assembly.EntryPoint ?? throw new InvalidOperationException($"{assembly.GetName().Name} is not a program.");
        var entryPoint = new EntryPoint(configure);
        // A thread of its own, because it is held in Build until the test asks for the application.
        var thread = new Thread(() =>
        {
            Flowing.Value = entryPoint;
            try
            {
                main.Invoke(null, main.GetParameters().Length == 0 ? null : [args]);
                entryPoint.Fail(new InvalidOperationException($"{assembly.GetName().Name} ended without building an application."));
            }
            catch (TargetInvocationException e) when (e.InnerException is Finished)
            {
            }
            catch (TargetInvocationException e)
            {
                entryPoint.Fail(e.InnerException!);
            }
        })
        { IsBackground = true, Name = assembly.GetName().Name };
        thread.Start();
        return (entryPoint, await entryPoint._builder.Task.WaitAsync(cancellationToken).ConfigureAwait(false));
    }

    public void Configure(DistributedApplicationOptions options, HostApplicationBuilderSettings settings) => _configure(options, settings);

    /// <summary>Called by the program's builder; holds it until the test goes on.</summary>
    public void Building(DistributedApplicationBuilder builder)
    {
        _builder.TrySetResult(builder);
        if (!_continue.Task.GetAwaiter().GetResult())
            throw new Finished();
    }

    /// <summary>Called by the program's builder; the program goes no further, the test runs the application.</summary>
    public void Built(DistributedApplication application)
    {
        _application.TrySetResult(application);
        throw new Finished();
    }

    /// <summary>Lets the program build its application.</summary>
    public Task<DistributedApplication> ContinueAsync(CancellationToken cancellationToken)
    {
        _continue.TrySetResult(true);
        return _application.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Ends a program that has not built its application.</summary>
    public void Abandon() => _continue.TrySetResult(false);

    private void Fail(Exception exception)
    {
        _builder.TrySetException(exception);
        _application.TrySetException(exception);
    }

    private sealed class Finished : Exception;
}
