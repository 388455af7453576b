using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using Platform.Api.Http;

namespace Platform.Api.Catalog.Books;

/// <summary>The page and order of a list of books whose filter is in the address.</summary>
internal sealed record BookListPage(
    [property: FromQuery, Description("The `next` of the page before.")] string? After,
    [property: FromQuery, Range(1, Page.MaxLimit), DefaultValue(Page.DefaultLimit), Description("Items on a page.")] int? Limit,
    [property: FromQuery, AllowedValues("title", "year", "popularity"), DefaultValue("title"),
        Description("`title` A to Z, `year` newest first and unknown years last, `popularity` most ratings first.")] string? Sort)
{
    internal BookList By(Guid? author = null, Guid? category = null) => new(After, Limit, category?.ToString(), author, null, null, Sort);
}
