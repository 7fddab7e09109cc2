"""Reports on paper: the figures and charts of the pages as PDF. Only here is fpdf imported."""
