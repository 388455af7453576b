using System.Diagnostics;
using Platform.ChangeStream;

namespace Platform.Tests.ChangeStream;

public sealed class TraceContextTests : IDisposable
{
    private readonly ActivitySource _source = new($"test-{Guid.CreateVersion7():N}");
    private readonly ActivityListener _listener;

    public TraceContextTests()
    {
        _listener = new ActivityListener { ShouldListenTo = source => source == _source, Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData };
        ActivitySource.AddActivityListener(_listener);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _source.Dispose();
    }

    [Fact]
    public void What_is_done_with_several_belongs_to_the_first_that_is_traced_and_has_links_to_the_others()
    {
        var (first, second) = (Context(), Context());

        using var span = TraceContext.Start(_source, "publish", ActivityKind.Producer, [default, first, first, second]);

        Assert.Equal((first.TraceId, first.SpanId), (span!.TraceId, span.ParentSpanId));
        Assert.Equal([second], span.Links.Select(link => link.Context));
    }

    [Fact]
    public void Nothing_is_current_any_more_when_it_has_ended()
    {
        var before = Activity.Current;

        using (TraceContext.Start(_source, "publish", ActivityKind.Producer, [Context(), Context()]))
        {
            Assert.NotEqual(before, Activity.Current);
        }

        Assert.Equal(before, Activity.Current);
    }

    [Fact]
    public void Without_a_trace_there_is_no_span() => Assert.Null(TraceContext.Start(_source, "publish", ActivityKind.Producer, [default, default]));

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("00-00000000000000000000000000000000-0000000000000000-01")]
    [InlineData("somebody else's words")]
    public void What_names_no_span_is_none(string? text) => Assert.Equal(default, TraceContext.Parse(text));

    [Fact]
    public void What_was_written_is_read()
    {
        var context = Context();

        var read = TraceContext.Parse(TraceContext.Format(context));

        Assert.Equal((context.TraceId, context.SpanId, context.TraceFlags), (read.TraceId, read.SpanId, read.TraceFlags));
    }

    private static ActivityContext Context() => new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
}
